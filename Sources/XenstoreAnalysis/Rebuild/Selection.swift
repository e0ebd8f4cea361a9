import XenstoreArchive
import XenstoreStream

/// A part of an image to keep. Several selections are combined (union).
public enum Selection: Hashable, Sendable {
    /// A domain: its connection with watches, transactions and pending nodes, its DOMAIN_DATA, the
    /// nodes below its home and those it owns.
    case domain(UInt16)
    /// The nodes at and below a path, the watches on them, and what is pending there.
    case subtree(Octets)
}
