import CSQLite

/// What a killed writer leaves beside an archive.
enum HotJournal {
    /// Has SQLite restore the state before, where this process may write to the file: archives are read through a connection
    /// that cannot write at all. A journal that a living writer needs stays as it is.
    static func rollBack(_ path: String) {
        guard FileIO.exists(path + "-journal"), FileIO.isWritable(path), !FileIO.isEmpty(path) else { return }
        // What is wrong with the file shows when it is read.
        guard let database = try? Database(path: path, mode: .write) else { return }
        _ = try? database.integer("SELECT count(*) FROM sqlite_schema")
    }
}

/// Bounds on what SQL and a schema may ask for, far above what an archive of ours needs.
enum Limits {
    /// Of a value or a row, in bytes: the largest that SQLite allows by default, which also bounds an image's own values.
    static let length: Int32 = 1_000_000_000

    static func set(_ handle: OpaquePointer, _ mode: Database.Mode) {
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, length)
        // VACUUM attaches a file, so a connection that writes may have one.
        sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, mode == .read ? 0 : 1)
        sqlite3_limit(handle, SQLITE_LIMIT_WORKER_THREADS, 0)
    }
}
