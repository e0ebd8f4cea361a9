import XenstoreArchive
import XenstoreStream

extension QueryAnswers {
    /// Stores a listing as `Listings.archived` does.
    /// - Returns: its id.
    func storeListing(
        _ lines: [String], _ areas: [Coverage.Area] = Listings.host, cut: [String] = [], unknown: [String] = [],
        root: TreeRoot = .absolute
    ) throws -> Int64 {
        let image = try Listings.archived(
            lines, covering: areas, cut: cut, unknown: unknown, root: root, in: archive)
        guard case .archive(_, let archived) = image.origin else { return 0 }
        return archived.imageID
    }
}
