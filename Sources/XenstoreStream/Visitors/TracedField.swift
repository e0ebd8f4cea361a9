/// A field with its place in the file.
package struct TracedField: Sendable {
    package let field: Field
    /// Bytes from the start of the file.
    package let offset: Int
    /// Bytes on the wire.
    package let width: Int
    package let value: FieldList.Value
}
