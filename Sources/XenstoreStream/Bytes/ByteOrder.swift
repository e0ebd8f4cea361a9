/// The byte order of everything after the header.
public enum ByteOrder: String, CaseIterable, Sendable {
    case little, big

    /// That of this machine.
    public static let native: ByteOrder = UInt16(1).littleEndian == 1 ? .little : .big

    /// The number at `offset` of `bytes`, in this byte order. `bytes` must be long enough.
    @inline(__always)
    func integer<Number: FixedWidthInteger>(
        _ type: Number.Type, at offset: Int, of bytes: UnsafeRawBufferPointer
    ) -> Number {
        decoded(bytes.loadUnaligned(fromByteOffset: offset, as: type))
    }

    /// The same for an array.
    @inline(__always)
    package func integer<Number: FixedWidthInteger>(_ type: Number.Type, at offset: Int, of bytes: [UInt8]) -> Number {
        bytes.withUnsafeBytes { integer(type, at: offset, of: $0) }
    }

    /// The value of a number as it is stored in memory.
    @inline(__always)
    func decoded<Number: FixedWidthInteger>(_ stored: Number) -> Number {
        self == .big ? Number(bigEndian: stored) : Number(littleEndian: stored)
    }

    /// A number as it is to be stored in memory: the inverse of `decoded`.
    @inlinable @inline(__always)
    package func encoded<Number: FixedWidthInteger>(_ number: Number) -> Number {
        self == .big ? number.bigEndian : number.littleEndian
    }
}
