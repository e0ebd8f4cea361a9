import CSQLite

/// Limits a connection to reading as long as a statement from outside exists: pragmas that are
/// written as tables are prepared only while the statement runs, and a statement is prepared again
/// if the schema has changed.
final class ReadOnlyGuard {
    private let database: Database
    private let deadline: Double
    private let hasTimeout: Bool
    private let lengthBefore: Int32

    /// - Parameters:
    ///   - timeout: seconds after which the statement is stopped; nil: no limit.
    ///   - longest: the most bytes of a value that it reads or makes.
    init(_ database: Database, timeout: Double?, longest: Int32) {
        self.database = database
        lengthBefore = sqlite3_limit(database.handle, SQLITE_LIMIT_LENGTH, longest)
        deadline = Clock.seconds + (timeout ?? 0)
        hasTimeout = timeout != nil
        database.readOnlyStatements += 1
        sqlite3_set_authorizer(database.handle, readOnlyAuthorizer, nil)
        guard hasTimeout else { return }
        sqlite3_progress_handler(
            database.handle, 10_000,
            { context in
                guard let context else { return 0 }
                return Clock.seconds > Unmanaged<ReadOnlyGuard>.fromOpaque(context).takeUnretainedValue().deadline
                    ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        sqlite3_limit(database.handle, SQLITE_LIMIT_LENGTH, lengthBefore)
        if hasTimeout { sqlite3_progress_handler(database.handle, 0, nil, nil) }
        database.readOnlyStatements -= 1
        if database.readOnlyStatements == 0 { sqlite3_set_authorizer(database.handle, nil, nil) }
    }
}

/// The functions of SQLite's shell are listed in case a build links them in.
private let forbiddenFunctions: [StaticString] = [
    "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "zipfile", "lsdir", "fsdir", "system",
]

private func isSame(_ name: UnsafePointer<CChar>, _ other: StaticString) -> Bool {
    UnsafeRawPointer(other.utf8Start).withMemoryRebound(to: CChar.self, capacity: other.utf8CodeUnitCount + 1) {
        sqlite3_stricmp(name, $0) == 0
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
        // A view has hundreds of calls, each of which comes here.
        return second.map { name in forbiddenFunctions.contains { isSame(name, $0) } } == false
            ? SQLITE_OK : SQLITE_DENY
    case SQLITE_PRAGMA:
        let readable = [
            "table_list", "table_info", "table_xinfo", "index_list", "index_info", "foreign_key_list",
            "compile_options",
        ]
        return first.map { readable.contains(String(cString: $0)) } == true ? SQLITE_OK : SQLITE_DENY
    default:
        return SQLITE_DENY
    }
}
