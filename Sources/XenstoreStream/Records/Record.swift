/// A record as it stands in a stream: its place, its fields, and what the fields do not explain.
public struct Record: Sendable {
    /// Counted from 1.
    public let number: Int
    /// Bytes from the start of the stream to the record's type.
    public let offset: Int
    /// Octets from the record's type to the next record, padding included.
    public let size: Int
    /// The declared `len`.
    public let length: UInt32
    public let body: RecordBody
    /// Nil for a clean record.
    public let residue: Residue?

    public var type: RecordType {
        body.type
    }
}
