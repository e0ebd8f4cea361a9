import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Names that an image can have in an archive.
enum ImageName {
    /// - Throws: `ValidationError` where a reference could not tell the name from something else.
    static func validate(_ name: String) throws {
        if name.isEmpty { throw ValidationError("the image's name is empty") }
        if name.hasPrefix("@") {
            throw ValidationError("the name \(name) begins with @, which stands before a name; leave it out")
        }
        if Int64(name) != nil || name == "latest" || name.hasPrefix("latest~") {
            throw ValidationError("the name \(name) could not be told from @ID and @latest; choose another")
        }
    }
}
