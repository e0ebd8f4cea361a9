/// The body of END, empty in a clean stream, or of a record whose type no document defines.
public struct OpaqueData: Hashable, Sendable {
    /// The record's type.
    public var type: RecordType
    /// The body as it is.
    public var body: Octets

    /// A body of this type.
    public init(type: RecordType, body: Octets = []) {
        self.type = type
        self.body = body
    }

    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.rest(.body, &body)
    }
}
