/// A node permission specifier, 4 octets (xenstore-migration.md, "NODE_DATA").
public struct Permission: Hashable, Sendable {
    /// The letter `w`, `r`, `b` or `n` in a clean stream.
    public var perm: UInt8
    /// draft: a pad; v1 and v2: flags, bit 0 marks a stale entry.
    public var flags: UInt8
    public var domid: UInt16

    public init(perm: UInt8, flags: UInt8 = 0, domid: UInt16) {
        self.perm = perm
        self.flags = flags
        self.domid = domid
    }

    /// Whether its letter is one of a clean stream.
    package var hasLetter: Bool {
        Self.isLetter(perm)
    }

    /// Whether the octet is one of the letters of a clean stream.
    static func isLetter(_ perm: UInt8) -> Bool {
        perm == 0x6E || perm == 0x72 || perm == 0x77 || perm == 0x62
    }

    /// Whether the entry is to be ignored in checks: its domain is gone and its domid may be in use again.
    public var isStale: Bool {
        flags & 1 == 1
    }
}
