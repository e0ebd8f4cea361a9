import CSQLite

/// Limits on what SQL and a schema may ask for, far above what an archive needs.
enum SQLiteLimits {
    /// The size of a value or a row, in bytes: the largest that SQLite allows by default, which
    /// also limits an image's own values.
    static let length: Int32 = 1_000_000_000

    static func set(_ handle: OpaquePointer, _ mode: Database.Mode) {
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, length)
        // VACUUM attaches a file, so a connection that writes may have one.
        sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, mode == .read ? 0 : 1)
        sqlite3_limit(handle, SQLITE_LIMIT_WORKER_THREADS, 0)
    }
}
