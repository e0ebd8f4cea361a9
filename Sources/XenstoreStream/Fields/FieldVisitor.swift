/// What walks over a record's fields in the order of the wire: a reader, a writer, a binder of table columns, a lister.
///
/// Every record type describes its body once, as calls on a visitor; whether a call reads, writes, stores or lists
/// is the visitor's business.
@usableFromInline
package protocol FieldVisitor {
    /// What a walk can fail with: `StreamError` for what reads and writes streams, `Never` for what only looks.
    associatedtype Failure: Error

    /// The layout whose field order the walk follows.
    var layout: Layout { get }

    /// A number of fixed width in the stream's byte order.
    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(Failure)

    /// A number that counts something that follows. `current` is what the record in memory has; the result is what
    /// the visitor goes by (a reader: the number read).
    mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws(Failure) -> Int

    /// Whether an optional field follows that nothing on the wire announces: what reads the wire has decided before the walk,
    /// what reads a table sets it.
    mutating func presence(of field: Field, _ isPresent: inout Bool) throws(Failure)

    /// A NUL-terminated string of `count` octets, the NUL included.
    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(Failure)

    /// `count` octets as they are.
    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(Failure)

    /// All octets left in the body.
    mutating func rest(_ field: Field, _ value: inout Octets) throws(Failure)

    /// Octets up to the next multiple of 8 of the body, zero in a clean stream.
    mutating func alignment(_ field: Field) throws(Failure)

    /// `count` node permissions of 4 octets.
    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(Failure)

    /// `count` quota values of 4 octets, then as many NUL-terminated names.
    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(Failure)
}

extension FieldVisitor {
    @usableFromInline
    package mutating func presence(of field: Field, _ isPresent: inout Bool) throws(Failure) {}
}
