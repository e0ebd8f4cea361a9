import XenstoreArchive
import XenstoreStream

/// A part of an image that is wanted. Of several, everything is kept that any of them wants.
public enum Selection: Hashable, Sendable {
    /// A domain: its connection with all that hangs on it, its DOMAIN_DATA, the nodes below its home and those it owns.
    case domain(UInt16)
    /// The nodes at a path and below, the watches on them, and what is pending there.
    case subtree(Octets)
}

extension EditableImage {
    /// Leaves what the selections want, and what that needs to be restored: parents, GLOBAL_DATA, and the bare connections of
    /// every domain that the kept nodes' permissions name and of every connection that something kept refers to.
    /// - Throws: `ArchiveError` where there is nothing of a selection.
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
    /// Leaves nothing that waits in either direction.
    mutating func dropBuffers() {
        inData = []
        outData = []
        outRespLength = 0
    }
}
