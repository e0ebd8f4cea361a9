/// Trouble with an archive, told in one line: what, where, and what to do.
public struct ArchiveError: Error, CustomStringConvertible {
    /// What kind of trouble; tests and callers compare this.
    public enum Code: String, Sendable {
        /// The file is missing, not readable, or not writable.
        case file
        /// The file is no archive of ours, or of a newer schema.
        case notAnArchive
        /// Another process holds the archive.
        case busy
        /// No space is left, or a limit was hit, while writing.
        case full
        /// SQLite found the file damaged, or an image does not come out as it went in.
        case damaged
        /// No such image.
        case noSuchImage
        /// The bytes of an image are no stream that can be stored.
        case badImage
        /// A stream was read that cannot be brought back byte for byte; nothing was stored.
        case notReproducible
        /// A query or an argument is wrong.
        case usage
        /// A query took longer than it was allowed.
        case timeout
        /// Anything else that SQLite reports.
        case database
    }

    public let code: Code
    public let description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
