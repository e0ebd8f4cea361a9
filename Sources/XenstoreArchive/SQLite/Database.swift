import CSQLite

/// One connection to an SQLite file.
///
/// The connection has no mutex: use it from one thread at a time.
public final class Database {
    let handle: OpaquePointer
    /// The file's name.
    public let path: String
    /// Whether other connections can open the same file.
    private let isFile: Bool
    private let patience: BusyHandler
    /// The number of statements from outside that may only read.
    var readOnlyStatements = 0

    /// How a file is opened.
    public enum Mode: Sendable {
        /// Read only; the file must exist.
        case read
        /// Read and write; the file must exist.
        case write
    }

    /// Done once, before the first connection; if another library has used SQLite before, it fails
    /// without harm.
    private static let configuration = xs_disable_memory_statistics()

    /// Opens an existing file.
    /// - Throws: `ArchiveError` if the file cannot be opened.
    public convenience init(path: String, mode: Mode) throws {
        try self.init(path: path, mode: mode, vfs: nil)
    }

    /// Makes a database that ends with the connection. What does not fit into SQLite's cache is in
    /// a file without a name.
    /// - Parameter name: what errors call it.
    /// - Throws: `ArchiveError` if it cannot be made.
    convenience init(temporary name: String) throws {
        try self.init(path: name, mode: .write, vfs: nil, file: "")
    }

    /// - Parameters:
    ///   - vfs: the name of SQLite's file layer, for tests; nil: the system's.
    ///   - file: what SQLite opens; nil: the path.
    init(path: String, mode: Mode, vfs: String?, file: String? = nil) throws {
        self.path = path
        _ = Self.configuration
        if mode == .read { HotJournal.rollBack(path) }
        var handle: OpaquePointer?
        let flags = (mode == .write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(file ?? path, &handle, flags, vfs)
        guard let handle, code == SQLITE_OK else {
            let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(handle)
            throw ArchiveError(.file, "\(path): cannot open the archive: \(message); check its name and permissions")
        }
        self.handle = handle
        isFile = file == nil && path != ":memory:"
        patience = BusyHandler(path: path)
        patience.attach(to: handle)
        sqlite3_extended_result_codes(handle, 1)
        // An archive may come from outside: its schema must not run code with our rights.
        _ = xs_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
        _ = xs_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        _ = xs_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, mode == .write ? 1 : 0)
        SQLiteLimits.set(handle, mode)
        try execute("PRAGMA cell_size_check = ON")
        if mode == .read { try execute("PRAGMA query_only = ON") }
    }

    deinit {
        sqlite3_close_v2(handle)
    }

    /// Whether both are connections to one file. Databases in memory have equal names.
    func isSameFile(as other: Database) -> Bool {
        self === other || isFile && other.isFile && path == other.path
    }

    /// Runs one or more statements without results.
    /// - Throws: `ArchiveError` if SQLite reports an error.
    public func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error() }
    }

    /// Prepares one statement.
    /// - Throws: `ArchiveError` if the SQL is empty or wrong.
    public func prepare(_ sql: String) throws -> Statement {
        try Statement(self, sql)
    }

    /// The first column of the first row as an integer; nil if there is no row or it is NULL.
    /// - Throws: `ArchiveError` if SQLite reports an error.
    public func integer(_ sql: String, _ bindings: Int64...) throws -> Int64? {
        let statement = try prepare(sql)
        for (index, value) in bindings.enumerated() { try statement.bind(index + 1, value) }
        return try statement.step() && !statement.isNull(0) ? statement.integer(0) : nil
    }

    /// Runs `body` in one transaction; if it throws, nothing of it is kept.
    /// - Throws: `ArchiveError` if SQLite reports an error, or what `body` throws.
    public func transaction<Result>(_ body: () throws -> Result) throws -> Result {
        try execute("BEGIN IMMEDIATE")
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // After a full disk SQLite has rolled back by itself, and this fails; the first error
            // is the one to report.
            try? execute("ROLLBACK")
            // If SQLite could not write a page, it leaves the pages that it has written, and the
            // journal, until the next reading. So this reads: what was written goes at once.
            _ = try? integer("SELECT count(*) FROM sqlite_schema")
            throw error
        }
    }

    var lastInsertID: Int64 {
        sqlite3_last_insert_rowid(handle)
    }

    /// The last error of SQLite, with a message that says what it means for an archive.
    func error() -> ArchiveError {
        let cause = SQLiteError(
            code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
        let (code, message) = Self.meaning(of: cause)
        return ArchiveError(code, "\(path): \(message)", cause: cause)
    }

    private static func meaning(of cause: SQLiteError) -> (ArchiveError.Code, String) {
        let said = cause.message
        switch cause.primaryCode {
        case SQLITE_BUSY, SQLITE_LOCKED:
            let waited = BusyHandler.seconds > 0 ? " (waited \(BusyHandler.text))" : ""
            return (.busy, "the archive is locked by another process\(waited)")
        case SQLITE_INTERRUPT:
            return (.timeout, "the query took longer than its timeout")
        case SQLITE_FULL:
            return (.full, "no space left (\(said)); the archive is unchanged: free some space and try again")
        case SQLITE_IOERR:
            return (.full, "\(said) (\(cause.code)); the archive is unchanged: check the disk and its free space")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return (.damaged, "\(said); not an archive, or damaged: check the name, or restore a backup")
        case SQLITE_READONLY where cause.code == SQLITE_READONLY | 3 << 8:  // SQLITE_READONLY_ROLLBACK
            return (
                .file,
                "a process that wrote to it was interrupted, and only a process with write access can restore the "
                    + "state before; run the command again, if necessary as the owner of the file"
            )
        case SQLITE_TOOBIG:
            return (.database, "\(said): the SQL reads or makes a value that is longer than is allowed here")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN:
            return (.file, "\(said); check the permissions of the file and its directory")
        default:
            return (.database, said)
        }
    }
}

extension Database {
    /// The number of rows that the last statement changed.
    var changeCount: Int32 {
        sqlite3_changes(handle)
    }

    /// The number of rows changed since the connection was opened.
    var totalChangeCount: Int64 {
        sqlite3_total_changes64(handle)
    }

    /// A number of bytes from the archive, limited for allocating memory: a damaged archive may
    /// claim any, and no image is much larger than the whole file.
    /// - Throws: `ArchiveError` if the file cannot be read.
    public func plausibleCount(_ count: Int64) throws -> Int {
        let pages = try integer("PRAGMA page_count") ?? 0
        let fileSize = pages.multipliedReportingOverflow(by: try integer("PRAGMA page_size") ?? 0)
        return Int(min(max(0, count), fileSize.overflow ? 0 : fileSize.partialValue &* 4))
    }
}
