/// A field with its place in the file.
public struct TracedField: Sendable {
    public let field: Field
    /// Bytes from the start of the file.
    public let offset: Int
    /// Bytes on the wire.
    public let width: Int
    public let value: FieldValue
}
