import XenstoreArchive
import XenstoreStream

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
