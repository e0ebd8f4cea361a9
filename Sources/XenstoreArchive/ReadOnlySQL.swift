import CSQLite

extension Database {
    /// Prepares one statement that may only read the archive's own tables and views, while it is prepared and while it runs.
    /// - Parameter timeout: seconds after which the statement is stopped; nil: it may take as long as it takes.
    /// - Throws: `ArchiveError` with code `usage` where the SQL is wrong, holds several statements, or wants to do more.
    public func prepareReadOnly(_ sql: String, timeout: Double? = nil) throws -> Statement {
        let guarding = ReadOnlyGuard(self, timeout: timeout)
        guard Self.isOneStatement(sql, handle) else {
            throw ArchiveError(.usage, "the SQL holds more than one statement; give them one by one")
        }
        let refusal = ArchiveError(.usage, "the SQL would do more than read, which is all that is allowed here; use a SELECT")
        let statement: Statement
        do {
            statement = try prepare(sql)
        } catch let error as ArchiveError where error.code == .database {
            if sqlite3_errcode(handle) == SQLITE_AUTH { throw refusal }
            throw ArchiveError(.usage, "the SQL cannot be run: \(String(cString: sqlite3_errmsg(handle)))")
        }
        // VACUUM asks the authorizer only while it runs.
        guard statement.isReadOnly else { throw refusal }
        statement.guarding = guarding
        return statement
    }

    /// Whether nothing but blanks and comments follows the first statement.
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

/// Holds a connection to reading for as long as a statement from outside lives: pragmas that are written as tables are prepared
/// only while the statement runs, and a statement is prepared anew where the schema has changed.
final class ReadOnlyGuard {
    private let database: Database
    private let deadline: Double
    private let hasTimeout: Bool

    init(_ database: Database, timeout: Double?) {
        self.database = database
        deadline = Clock.seconds + (timeout ?? 0)
        hasTimeout = timeout != nil
        database.readOnlyStatements += 1
        sqlite3_set_authorizer(database.handle, readOnlyAuthorizer, nil)
        guard hasTimeout else { return }
        sqlite3_progress_handler(
            database.handle, 10_000,
            { context in
                guard let context else { return 0 }
                return Clock.seconds > Unmanaged<ReadOnlyGuard>.fromOpaque(context).takeUnretainedValue().deadline ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        if hasTimeout { sqlite3_progress_handler(database.handle, 0, nil, nil) }
        database.readOnlyStatements -= 1
        if database.readOnlyStatements == 0 { sqlite3_set_authorizer(database.handle, nil, nil) }
    }
}

/// Lets a statement read and call ordinary functions, and nothing else.
private func readOnlyAuthorizer(
    _: UnsafeMutableRawPointer?, action: Int32, first: UnsafePointer<CChar>?, second: UnsafePointer<CChar>?,
    _: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?
) -> Int32 {
    switch action {
    case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE:
        return SQLITE_OK
    case SQLITE_FUNCTION:
        // Those of SQLite's shell are named in case somebody links them in.
        let forbidden = ["load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "zipfile", "lsdir", "fsdir", "system"]
        return second.map { forbidden.contains(String(cString: $0).lowercased()) } == false ? SQLITE_OK : SQLITE_DENY
    case SQLITE_PRAGMA:
        let readable = ["table_list", "table_info", "table_xinfo", "index_list", "index_info", "foreign_key_list", "compile_options"]
        return first.map { readable.contains(String(cString: $0)) } == true ? SQLITE_OK : SQLITE_DENY
    default:
        return SQLITE_DENY
    }
}
