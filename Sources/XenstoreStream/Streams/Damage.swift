/// A damaged span: bytes of a damaged stream in which no record can be recognized.
public struct Damage: Sendable {
    /// Bytes from the start of the stream.
    public let offset: Int
    /// The bytes of the span.
    public let bytes: Octets
    /// Why no record can be recognized in them, as a clause.
    public let reason: String
}
