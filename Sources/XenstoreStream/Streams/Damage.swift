/// A stretch of bytes that are no record.
public struct Damage: Sendable {
    /// Bytes from the start of the stream.
    public let offset: Int
    public let bytes: Octets
    /// Why they are no record.
    public let reason: String
}
