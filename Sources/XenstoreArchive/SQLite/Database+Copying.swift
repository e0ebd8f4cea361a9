import CSQLite

extension Database {
    /// Writes what the file holds into another file, which must be empty or missing; also through a
    /// connection that only reads.
    /// - Throws: `ArchiveError` if the file cannot be read, or the other one cannot be written.
    func copy(to path: String) throws {
        // SQLite attaches the other file and writes to it.
        let limit = sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 1)
        let isReadOnly = try integer("PRAGMA query_only") == 1
        defer {
            sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, limit)
            if isReadOnly { try? execute("PRAGMA query_only = ON") }
        }
        try execute("PRAGMA query_only = OFF")
        let copy = try prepare("VACUUM INTO ?")
        try copy.bind(1, path)
        try copy.run()
    }
}
