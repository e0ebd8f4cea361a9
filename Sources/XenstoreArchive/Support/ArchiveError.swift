/// An error with an archive, in one line: what is wrong, and where.
///
/// The message does not say what the user of a certain program can do: that follows from the code.
public struct ArchiveError: Error, CustomStringConvertible {
    /// The kind of error; tests and callers compare this.
    public enum Code: String, CaseIterable, Sendable {
        /// The file is missing, not readable or not writable.
        case file
        /// No archive has this name.
        case noArchive
        /// A file of this name exists.
        case exists
        /// A file has more bytes than the limit.
        case tooLarge
        /// A compressed file ends early or is damaged.
        case cutOff
        /// The file is not an archive, or has a newer or an altered schema.
        case notAnArchive
        /// The archive has an earlier schema and must be upgraded.
        case oldSchema
        /// The archive has the views of another version of the program.
        case oldViews
        /// The file is not a workspace.
        case notAWorkspace
        /// Another process has locked the archive.
        case busy
        /// Writing found no space left, or hit a limit.
        case full
        /// SQLite found the file damaged, or an image differs from what was imported.
        case damaged
        /// The archive has no such image.
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
        /// The tables do not give the stream back byte for byte; nothing was stored.
        case notReproducible
        /// The image is a listing, but the operation requires a daemon's state.
        case notAState
        /// A query or an argument is wrong.
        case usage
        /// A query took longer than its timeout.
        case timeout
        /// Anything else that SQLite reports.
        case database
    }

    /// The kind of error.
    public let code: Code
    /// What is wrong, and where.
    public let message: String
    /// What the user probably meant, like `did you mean @latest?`; nil if no name is near.
    public let suggestion: String?
    /// The name of what is missing, like a parameter of a query; nil if the code says all.
    public let subject: String?
    /// What SQLite reported; nil if the error does not come from SQLite.
    public let cause: SQLiteError?

    /// An error with a message that says what is wrong, and where.
    public init(
        _ code: Code, _ message: String, suggestion: String? = nil, subject: String? = nil, cause: SQLiteError? = nil
    ) {
        self.code = code
        self.message = message
        self.suggestion = suggestion
        self.subject = subject
        self.cause = cause
    }

    /// The message, and the suggestion after it.
    public var description: String {
        message + (suggestion.map { "; " + $0 } ?? "")
    }
}
