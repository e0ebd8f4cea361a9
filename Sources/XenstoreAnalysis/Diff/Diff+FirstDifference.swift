import XenstoreArchive
import XenstoreStream

extension Diff {
    /// Whether two images differ; reads on after the first difference only where it must.
    /// - Throws: `StreamError` or `ArchiveError` if an image cannot be read.
    public static func haveDifferences(_ old: ImageSource, _ new: ImageSource) throws -> Bool {
        // If they cover the same, a node that only one of them has, or has elsewhere, is a
        // difference.
        if DiffCoverage(old, new, []).isSame, try ImagePair.haveDifferentNodes(old, new) { return true }
        return try !Diff(old, new).changes.isEmpty
    }
}
