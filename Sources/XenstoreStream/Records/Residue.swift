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
