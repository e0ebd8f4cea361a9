import ArgumentParser
import XenstoreArchive

/// The names that a series can have.
enum SeriesName {
    /// - Throws: `ValidationError` if the name could not be typed or seen, or would be confused
    ///   with a reference.
    static func validate(_ name: String) throws {
        if name.isEmpty { throw ValidationError("the name of the series is empty") }
        if name.allSatisfy(\.isWhitespace) { throw ValidationError("the name of the series is blank") }
        if name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            throw ValidationError("the name of the series has a control character, like a newline; omit it")
        }
        if ImageReference.marks(name) {
            throw ValidationError("the series \(name) begins with @, which only marks a reference; omit it")
        }
    }
}
