/// The body of END, empty in a clean stream, or of a record whose type no document defines.
public struct OpaqueData: Hashable, Sendable {
    public var type: RecordType
    public var body: Octets

    public init(type: RecordType, body: Octets = []) {
        self.type = type
        self.body = body
    }

    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.rest(.body, &body)
    }
}
