import XenstoreArchive
import XenstoreStream

/// What an archive must have, because an argument names it.
extension Archive {
    /// - Throws: `ArchiveError` with code `noSuchImage` and the nearest series, if no image is in
    ///   the series.
    func requireSeries(_ name: String) throws {
        let known = try series()
        guard !known.contains(name) else { return }
        throw ArchiveError(
            .noSuchImage, "there is no series \(name)",
            suggestion: Nearest.suggestion(name, among: known) ?? "'xsarchive images' lists the images and their series"
        )
    }

    /// The id of the image that the value of a parameter names, as a number or a reference; nil if
    /// it is neither.
    /// - Throws: `ArchiveError` with code `noSuchImage` if there is no such image.
    func imageID(named value: String) throws -> Int64? {
        if let reference = try ImageReference(value) { return try image(reference).imageID }
        return try Int64(value).map { try image(id: $0).imageID }
    }
}
