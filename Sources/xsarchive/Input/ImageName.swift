import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The names that an image can have in an archive.
enum ImageName {
    /// - Throws: `ValidationError` if a reference with this name would be ambiguous.
    static func validate(_ name: String) throws {
        if name.isEmpty { throw ValidationError("the image's name is empty") }
        if ImageReference.marks(name) {
            throw ValidationError("the name \(name) begins with @, which only marks a reference; omit it")
        }
        if ImageReference.isAmbiguous(name: name) {
            throw ValidationError(
                "the name \(name) would be confused with @ID, @latest or @SERIES:latest; choose another")
        }
    }
}
