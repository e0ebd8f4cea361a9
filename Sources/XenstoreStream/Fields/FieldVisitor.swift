/// Walks over a record's fields in the order of the wire: a reader, a writer, a binder of table
/// columns, a lister.
///
/// Every record type describes its body once, as calls on a visitor. The visitor decides whether a
/// call reads, writes, stores or lists.
@usableFromInline
package protocol FieldVisitor {
    /// The error that a walk can throw: `StreamError` if the visitor reads or writes streams,
    /// `Never` if it only looks.
    associatedtype Failure: Error

    /// The layout whose field order the walk follows.
    var layout: Layout { get }

    /// A number of fixed width in the stream's byte order.
    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(Failure)

    /// A number that counts something that follows. `current` is the number in the record in
    /// memory; the result is the number that the visitor uses (a reader: the number read).
    mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws(Failure) -> Int

    /// Whether an optional field follows that nothing on the wire announces. A visitor that reads
    /// the wire has decided before the walk; one that reads a table sets it.
    mutating func presence(of field: Field, _ isPresent: inout Bool) throws(Failure)

    /// A NUL-terminated string of `count` bytes, the NUL included.
    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(Failure)

    /// `count` bytes as they are.
    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(Failure)

    /// All bytes left in the body.
    mutating func rest(_ field: Field, _ value: inout Octets) throws(Failure)

    /// Bytes up to the next multiple of 8 of the body, zero in a clean stream.
    mutating func alignment(_ field: Field) throws(Failure)

    /// `count` node permissions of 4 bytes.
    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(Failure)

    /// `count` quota values of 4 bytes, then as many NUL-terminated names.
    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(Failure)
}

extension FieldVisitor {
    @usableFromInline
    package mutating func presence(of field: Field, _ isPresent: inout Bool) throws(Failure) {}
}
