import CSQLite

extension Database {
    /// Prepares one statement that may only read the archive's own tables and views.
    /// - Throws: `ArchiveError` with code `usage` where the SQL is wrong, holds several statements, or wants to do more.
    public func prepareReadOnly(_ sql: String) throws -> Statement {
        sqlite3_set_authorizer(handle, readOnlyAuthorizer, nil)
        defer { sqlite3_set_authorizer(handle, nil, nil) }
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

/// Lets a statement read and call ordinary functions, and nothing else.
private func readOnlyAuthorizer(
    _: UnsafeMutableRawPointer?, action: Int32, first: UnsafePointer<CChar>?, second: UnsafePointer<CChar>?,
    _: UnsafePointer<CChar>?, _: UnsafePointer<CChar>?
) -> Int32 {
    switch action {
    case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE:
        return SQLITE_OK
    case SQLITE_FUNCTION:
        let forbidden = ["load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"]
        return second.map { forbidden.contains(String(cString: $0)) } == false ? SQLITE_OK : SQLITE_DENY
    case SQLITE_PRAGMA:
        let readable = ["table_list", "table_info", "table_xinfo", "index_list", "index_info", "foreign_key_list", "compile_options"]
        return first.map { readable.contains(String(cString: $0)) } == true ? SQLITE_OK : SQLITE_DENY
    default:
        return SQLITE_DENY
    }
}
