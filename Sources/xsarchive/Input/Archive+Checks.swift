import XenstoreArchive
import XenstoreStream

/// What an archive must have, because an argument names it.
extension Archive {
    /// The id of the image that the value of a parameter names, as a number or a reference; nil if
    /// it is neither.
    /// - Throws: `ArchiveError` with code `noSuchImage` if there is no such image.
    func imageID(named value: String) throws -> Int64? {
        if let reference = try ImageReference(value) {
            try MomentImage.refuse(value, in: self)
            return try image(reference).imageID
        }
        return try Int64(value).map { try image(id: $0).imageID }
    }
}
