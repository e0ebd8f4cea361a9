/// The only description of a record type: its fields in the order of the wire, as a walk with a
/// visitor.
package protocol RecordFields: Hashable, Sendable {
    static var type: RecordType { get }
    /// A record with empty fields, to be filled by a reader.
    init()
    /// Walks over the fields.
    /// - Throws: what the visitor throws: a reader if the body is too short, a writer if a value
    ///   does not fit.
    mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure)
    /// At least one record for each branch of the walk. Tests, documentation and the columns of the
    /// archive's statements follow from these.
    static var samples: [Self] { get }
}
