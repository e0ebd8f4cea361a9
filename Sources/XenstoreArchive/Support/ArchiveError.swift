/// Trouble with an archive, in one line: what, and where.
///
/// What a user can do about it in a certain program is not said here: that follows from the code.
public struct ArchiveError: Error, CustomStringConvertible {
    /// What kind of trouble; tests and callers compare this.
    public enum Code: String, CaseIterable, Sendable {
        /// The file is missing, not readable, or not writable.
        case file
        /// There is no archive of this name.
        case noArchive
        /// There is a file of this name already.
        case exists
        /// A file has more bytes than are allowed.
        case tooLarge
        /// The file is not an archive of ours, or of a newer schema.
        case notAnArchive
        /// The archive has an earlier schema, which must be brought up to date.
        case oldSchema
        /// The archive has the views of another version of the program.
        case oldViews
        /// The file is not a workspace.
        case notAWorkspace
        /// Another process holds the archive.
        case busy
        /// No space is left, or a limit was hit, while writing.
        case full
        /// SQLite found the file damaged, or an image does not come out as it went in.
        case damaged
        /// No such image.
        case noSuchImage
        /// The image has no such node.
        case noSuchNode
        /// The image has no root node.
        case noTree
        /// The image has no such domain.
        case noSuchDomain
        /// No named query has this name.
        case noSuchQuery
        /// A named query lacks a parameter that it requires.
        case missingParameter
        /// The bytes of an image are not a stream that can be stored.
        case badImage
        /// A stream was read that cannot be brought back byte for byte; nothing was stored.
        case notReproducible
        /// A listing is asked for where a daemon's state is meant.
        case notAState
        /// A query or an argument is wrong.
        case usage
        /// A query took longer than it was allowed.
        case timeout
        /// Anything else that SQLite reports.
        case database
    }

    public let code: Code
    /// What is wrong, and where.
    public let message: String
    /// What was probably meant, like `did you mean @latest?`; nil if nothing is near.
    public let suggestion: String?
    /// What SQLite reported; nil if the trouble is not SQLite's.
    public let cause: SQLiteError?

    public init(_ code: Code, _ message: String, suggestion: String? = nil, cause: SQLiteError? = nil) {
        self.code = code
        self.message = message
        self.suggestion = suggestion
        self.cause = cause
    }

    /// The message, and what was probably meant.
    public var description: String {
        message + (suggestion.map { "; " + $0 } ?? "")
    }
}
