import CSQLite

/// The journal that a killed writer leaves next to an archive.
enum HotJournal {
    /// Makes SQLite restore the state before, if this process may write to the file: archives are
    /// read through a connection that cannot write at all. A journal that a running writer needs
    /// stays unchanged.
    static func rollBack(_ path: String) {
        guard FileIO.exists(path + "-journal"), FileIO.isWritable(path), !FileIO.isEmpty(path) else { return }
        // An error in the file shows when it is read.
        guard let database = try? Database(path: path, mode: .write) else { return }
        _ = try? database.integer("SELECT count(*) FROM sqlite_schema")
    }
}
