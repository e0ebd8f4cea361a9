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
        guard !statement.isFollowed else {
            throw ArchiveError(.usage, "the SQL contains several statements; run them one at a time")
        }
        // VACUUM asks the authorizer only while it runs.
        guard statement.isReadOnly else { throw refusal }
        statement.guarding = guarding
        return statement
    }
}
