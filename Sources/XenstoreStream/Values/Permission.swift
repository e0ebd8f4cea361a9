/// A node permission specifier, 4 bytes (xenstore-migration.md, "NODE_DATA").
public struct Permission: Hashable, Sendable {
    /// The letter `w`, `r`, `b` or `n` in a clean stream.
    public var perm: UInt8
    /// draft: a pad; v1 and v2: flags, bit 0 marks a stale entry.
    public var flags: UInt8
    /// The domain that the entry names.
    public var domid: UInt16

    /// An entry with these fields.
    public init(perm: UInt8, flags: UInt8 = 0, domid: UInt16) {
        self.perm = perm
        self.flags = flags
        self.domid = domid
    }

    /// The list stored in `bytes` of a stream, four for each entry: perm, flags, domid.
    package static func list(_ bytes: UnsafeRawBufferPointer, _ order: ByteOrder) -> [Permission] {
        stride(from: 0, to: bytes.count & ~3, by: 4).map { offset in
            Permission(
                perm: bytes[offset], flags: bytes[offset + 1],
                domid: order.integer(UInt16.self, at: offset + 2, of: bytes))
        }
    }

    /// The bytes of a list in a stream: the inverse of `list`.
    package static func bytes(of list: [Permission], _ order: ByteOrder) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * list.count)
        for entry in list {
            bytes.append(entry.perm)
            bytes.append(entry.flags)
            withUnsafeBytes(of: order.encoded(entry.domid)) { bytes.append(contentsOf: $0) }
        }
        return bytes
    }

    /// Whether the letter is `w`, `r`, `b` or `n`.
    package var hasLetter: Bool {
        Self.isLetter(perm)
    }

    /// Whether the byte is `w`, `r`, `b` or `n`.
    package static func isLetter(_ perm: UInt8) -> Bool {
        perm == ASCII.n || perm == ASCII.r || perm == ASCII.w || perm == ASCII.b
    }

    /// Whether the daemon ignores the entry: its domain is gone, and its domid may be in use again.
    public var isStale: Bool {
        flags & 1 == 1
    }
}
