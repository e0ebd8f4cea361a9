/// The bytes of a record that its fields do not explain: they would be lost if only the fields were
/// written.
public struct Residue: Hashable, Sendable {
    /// The declared `len`; nil if it is the one that follows from the fields and the stream's
    /// length rule.
    public var length: UInt32?
    /// The bytes before unique-id; empty if they are zero.
    public var alignment: Octets
    /// The bytes between the last field and the next record; nil if they are only padding of zeros.
    public var tail: Octets?

    /// A residue with these parts.
    public init(length: UInt32? = nil, alignment: Octets = [], tail: Octets? = nil) {
        self.length = length
        self.alignment = alignment
        self.tail = tail
    }

    /// The number of bytes to be kept verbatim.
    public var verbatimCount: Int {
        (length == nil ? 0 : 4) + alignment.count + (tail?.count ?? 0)
    }
}
