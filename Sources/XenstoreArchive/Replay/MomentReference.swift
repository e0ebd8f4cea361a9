import XenstoreStream

/// The way a user names the state at a moment: `@SERIES@TIME`, or what names an image and `@TIME`.
/// TIME is a time, or `latest` for the end of the log.
package struct MomentReference: Equatable, Sendable {
    /// What is before the second `@`, without the first.
    package let name: String
    package let moment: Moment
    /// As the user wrote it.
    package let text: String

    /// Reads a reference; nil if the text has no second `@`.
    /// - Throws: `ArchiveError` with code `usage` if no time follows the second `@`.
    package init?(_ text: String) throws {
        guard ImageReference.marks(text), let at = text.dropFirst().lastIndex(of: "@"),
            at > text.index(after: text.startIndex)
        else { return nil }
        name = String(text[text.index(after: text.startIndex)..<at])
        let time = String(text[text.index(after: at)...])
        self.text = text
        if time == "latest" {
            moment = .latest
            return
        }
        guard let normal = try? Timestamp.normalize(time), let range = try Moment.milliseconds(normal) else {
            throw ArchiveError(
                .usage,
                "\(text): \(time) is no time; write the state at a moment like @\(name)@2026-08-01T12:00:00Z, or "
                    + "@\(name)@latest for the end of the log")
        }
        moment = .time(range)
    }
}
