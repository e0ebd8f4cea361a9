/// A position in a buffer of zeros that is being filled. The caller makes the buffer as large as
/// what it puts there.
struct ByteFiller {
    let bytes: UnsafeMutableRawBufferPointer
    let order: ByteOrder
    /// Bytes from the start of the buffer.
    var offset = 0

    mutating func put<Number: FixedWidthInteger>(_ number: Number) {
        bytes.storeBytes(of: order.encoded(number), toByteOffset: offset, as: Number.self)
        offset += Number.bitWidth / 8
    }

    mutating func put(_ other: UnsafeRawBufferPointer) {
        UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + other.count]).copyMemory(from: other)
        offset += other.count
    }
}
