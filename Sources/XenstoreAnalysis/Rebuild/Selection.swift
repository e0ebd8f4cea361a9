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

extension EditableImage {
    /// Keeps what the selections select and what a restore of that needs: parents, GLOBAL_DATA, and
    /// bare connections. These are the connections of every domain in the kept nodes' permissions,
    /// and those that a kept record refers to.
    /// - Throws: `ArchiveError` if a selection selects nothing.
    public mutating func select(_ selections: [Selection]) throws {
        guard !selections.isEmpty else { return }
        var walk = SelectionWalk(self, selections)
        walk.markWanted()
        try walk.checkFound()
        walk.markNeeded()
        records = walk.kept
    }
}

extension ConnectionData {
    /// Empties both buffers.
    mutating func dropBuffers() {
        inData = []
        outData = []
        outRespLength = 0
    }
}
