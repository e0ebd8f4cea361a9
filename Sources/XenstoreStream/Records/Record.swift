/// A record of a stream: its place, its fields, and its residue.
public struct Record: Sendable {
    /// The record's number, from 1.
    public let number: Int
    /// Bytes from the start of the stream to the record's type.
    public let offset: Int
    /// Bytes from the record's type to the next record, padding included.
    public let size: Int
    /// The declared `len`.
    public let length: UInt32
    /// The record's fields.
    public let body: RecordBody
    /// The bytes that the fields do not explain; nil for a clean record.
    public let residue: Residue?

    /// The record's type.
    public var type: RecordType {
        body.type
    }
}
