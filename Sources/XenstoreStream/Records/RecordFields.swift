/// A record type's one description: its fields in the order of the wire, as a walk with a visitor.
public protocol RecordFields: Hashable, Sendable {
    static var type: RecordType { get }
    /// A record with empty fields, to be filled by a reader.
    init()
    /// Walks over the fields.
    /// - Throws: what the visitor throws: a reader where the body is too short, a writer where a value does not fit.
    mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(StreamError)
    /// At least one record for each branch of the walk, for tests and documentation.
    static var samples: [Self] { get }
}
