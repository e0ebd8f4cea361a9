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

/// What a record has besides its fields: the bytes that writing the fields anew would not bring back.
public struct Residue: Hashable, Sendable {
    /// The declared `len`, where it is not the one that the fields and the stream's length rule give.
    public var length: UInt32?
    /// The octets before unique-id, where they are not zero; empty otherwise.
    public var alignment: Octets
    /// The octets between the last field and the next record, where they are not just zero padding.
    public var tail: Octets?

    public init(length: UInt32? = nil, alignment: Octets = [], tail: Octets? = nil) {
        self.length = length
        self.alignment = alignment
        self.tail = tail
    }

    /// How many bytes are kept verbatim.
    public var verbatimCount: Int {
        (length == nil ? 0 : 4) + alignment.count + (tail?.count ?? 0)
    }
}
