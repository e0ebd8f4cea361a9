import CSQLite

extension Database {
    /// Prepares one statement that may only read the archive's own tables and views, while it is
    /// prepared and while it runs.
    /// - Parameters:
    ///   - sql: one statement.
    ///   - timeout: seconds after which the statement is stopped; nil: no limit.
    ///   - longest: the most bytes of a value that the statement reads or makes; nil: as many as a
    ///     value of an archive may have.
    /// - Throws: `ArchiveError` with code `usage` if the SQL is wrong, contains several statements,
    ///   or does more than read.
    public func prepareReadOnly(_ sql: String, timeout: Double? = nil, longest: Int32? = nil) throws -> Statement {
        let guarding = ReadOnlyGuard(self, timeout: timeout, longest: longest ?? SQLiteLimits.length)
        guard Self.isOneStatement(sql, handle) else {
            throw ArchiveError(.usage, "the SQL contains several statements; run them one at a time")
        }
        let refusal = ArchiveError(
            .usage, "the SQL does more than read, which is not allowed here; use a SELECT")
        let statement: Statement
        do {
            statement = try prepare(sql)
        } catch let error as ArchiveError where error.code == .database {
            if error.cause?.primaryCode == SQLITE_AUTH { throw refusal }
            throw ArchiveError(
                .usage, "the SQL cannot be run: \(error.cause?.message ?? error.message)", cause: error.cause)
        }
        // VACUUM asks the authorizer only while it runs.
        guard statement.isReadOnly else { throw refusal }
        statement.guarding = guarding
        return statement
    }

    /// Whether only spaces and comments follow the first statement.
    private static func isOneStatement(_ sql: String, _ handle: OpaquePointer) -> Bool {
        sql.withCString { start in
            var first: OpaquePointer?
            var tail: UnsafePointer<CChar>?
            guard sqlite3_prepare_v2(handle, start, -1, &first, &tail) == SQLITE_OK else { return true }
            sqlite3_finalize(first)
            var next: OpaquePointer?
            guard sqlite3_prepare_v2(handle, tail, -1, &next, nil) == SQLITE_OK else { return false }
            defer { sqlite3_finalize(next) }
            return next == nil
        }
    }
}
