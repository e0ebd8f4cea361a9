/// A damaged span: bytes of a damaged stream in which no record can be recognized.
public struct Damage: Sendable {
    /// Bytes from the start of the stream.
    public let offset: Int
    /// The bytes of the span.
    public let bytes: Octets
    /// Why no record can be recognized in them, as a clause.
    public let reason: String

    /// The number of bytes at its start that are the type and the length of a record of a known
    /// type, and say why it cannot be read; 0 if they are not.
    package func frameSize(_ byteOrder: ByteOrder) -> Int {
        guard bytes.count >= 8 else { return 0 }
        let type = bytes.withUnsafeBytes { byteOrder.integer(UInt32.self, at: 0, of: $0) }
        return RecordType(rawValue: type).isKnown ? 8 : 0
    }
}
