/// What SQLite reports about a failure (sqlite.org, "Result and Error Codes").
public struct SQLiteError: Equatable, Sendable {
    /// The extended result code.
    public let code: Int32
    /// SQLite's own message.
    public let message: String

    /// The primary result code.
    public var primaryCode: Int32 {
        code & 0xFF
    }

    /// The table or view that a statement names and the database lacks; nil for any other failure.
    public var missingTable: String? {
        let prefix = "no such table: "
        guard message.hasPrefix(prefix) else { return nil }
        return String(message.dropFirst(prefix.count).prefix { $0 != " " })
    }
}
