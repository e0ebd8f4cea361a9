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
