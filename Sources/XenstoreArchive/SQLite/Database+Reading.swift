import CSQLite

extension Database {
    /// Begins a transaction in which this connection only reads, so that no process can change the
    /// file; end it with `endReading`.
    /// - Returns: false if a transaction is open already, or others could write nevertheless.
    func beginReading() throws -> Bool {
        // Next to a write-ahead log, others can write.
        let mode = try prepare("PRAGMA journal_mode")
        guard sqlite3_get_autocommit(handle) != 0, try mode.step(), mode.string(0) != "wal" else { return false }
        mode.reset()
        try execute("BEGIN")
        do {
            _ = try integer("SELECT 1 FROM sqlite_schema LIMIT 1")
        } catch {
            endReading()
            throw error
        }
        return true
    }

    func endReading() {
        // Nothing was written, so nothing can be lost.
        try? execute("ROLLBACK")
    }

    /// Another connection to the file, for another thread; it sees the same state while this one
    /// reads.
    /// - Returns: nil if there cannot be one now.
    func companion() -> Database? {
        guard !isAlone, let other = try? Database(path: path, mode: .read) else { return nil }
        // A writer may wait until this connection has read: waiting for it would take forever.
        sqlite3_busy_handler(other.handle, nil, nil)
        return (try? other.beginReading()) == true ? other : nil
    }
}
