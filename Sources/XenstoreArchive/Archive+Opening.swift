extension Archive {
    /// Opens an existing archive to read from it.
    /// - Throws: `ArchiveError` if there is none, or the file is not an archive, has another schema
    ///   version, or has tables, triggers or views that are not ours.
    public static func open(_ path: String) throws -> Archive {
        try open(path, vfs: nil)
    }

    /// - Parameter vfs: the name of SQLite's layer below, for tests; nil: the system's.
    static func open(_ path: String, vfs: String?) throws -> Archive {
        try checkPresence(path)
        let database = try Database(path: fileName(path), mode: .read, vfs: vfs)
        try SchemaCheck.checkForReading(database)
        return Archive(database)
    }

    /// Opens an archive to write to it, and creates it if there is none. An archive of an earlier
    /// schema is upgraded, and a copy of it kept; `upgrade` then names the copy.
    /// - Throws: `ArchiveError` if the archive cannot be opened, created or upgraded.
    public static func openOrCreate(_ path: String) throws -> Archive {
        try openOrCreate(path, vfs: nil)
    }

    /// Opens an existing archive to write to it. An archive of an earlier schema is upgraded, and a
    /// copy of it kept.
    /// - Throws: `ArchiveError` if there is none, or it cannot be opened or upgraded.
    public static func openExisting(_ path: String) throws -> Archive {
        try checkPresence(path)
        return try openOrCreate(path)
    }

    /// - Parameter vfs: the name of SQLite's layer below, for tests; nil: the system's.
    static func openOrCreate(_ path: String, vfs: String?) throws -> Archive {
        try checkIsFile(path)
        let isNew = try FileIO.createPrivate(path)
        do {
            let archive = Archive(try Database(path: fileName(path), mode: .write, vfs: vfs))
            // Foreign keys are declared for readers. Checking each of a million inserts would cost
            // a third of the time; import proves the whole image by its bytes instead, and
            // `verify` checks the keys. A first import writes in order, and a later one to few
            // pages, so the cache is small: sorting paths in one of 64 MB takes 13 MB more.
            try archive.database.execute("PRAGMA foreign_keys = OFF; PRAGMA cache_size = -4096")
            // The space of images that are pruned can then be given back in steps. An old file gets
            // this when it is compacted.
            if isNew || FileIO.isEmpty(path) { try FreeSpace.prepare(archive.database) }
            try archive.prepareSchema()
            return archive
        } catch {
            // Another process may have put its schema into the new file meanwhile.
            if isNew && FileIO.isEmpty(path) { FileIO.remove(path) }
            throw error
        }
    }

    /// An archive in memory, as are the tables that SQLite sorts for it.
    /// - Throws: `ArchiveError` if it cannot be created.
    public static func inMemory() throws -> Archive {
        let archive = Archive(try Database(path: ":memory:", mode: .write))
        try archive.database.execute("PRAGMA temp_store = MEMORY")
        try archive.prepareSchema()
        return archive
    }

    /// An archive for queries about a file that is not to be stored. It ends with its connection: a
    /// small one is in memory, a larger one in a file without a name, in a directory for temporary
    /// files.
    /// - Throws: `ArchiveError` if it cannot be created.
    public static func temporary() throws -> Archive {
        let archive = Archive(try Database(temporary: "the temporary archive"))
        try archive.prepareSchema()
        return archive
    }

    private static func checkPresence(_ path: String) throws {
        try checkIsFile(path)
        guard FileIO.exists(path) else {
            throw ArchiveError(
                .noArchive, "\(path): no such archive")
        }
        guard !FileIO.isEmpty(path) else {
            throw ArchiveError(
                .notAnArchive, "\(path): the archive is empty, as its first import was interrupted; import again")
        }
    }

    private static func checkIsFile(_ path: String) throws {
        try FileIO.requireName(path, of: "archive")
        if FileTree.isFolder(path) {
            throw ArchiveError(
                .file, "\(path): is a directory; give the name of the archive in it, like \(path)/xsarchive.db")
        }
        guard !FileIO.exists(path) || FileTree.isRegular(path) else {
            throw ArchiveError(.notAnArchive, "\(path): is not a regular file; give the name of an archive")
        }
    }

    /// The name for SQLite, to which a name that begins with a colon is special.
    static func fileName(_ path: String) -> String {
        path.utf8.first == 0x3A ? "./" + path : path
    }

    /// Creates the schema in an empty file, or upgrades an older one; of two processes only one
    /// does it.
    private func prepareSchema() throws {
        if try SchemaCheck.checkForWriting(database) { return }
        try database.transaction {
            // Another process may have done it while this one waited for the lock.
            if try SchemaCheck.checkForWriting(database) { return }
            if try SchemaCheck.isEmpty(database) {
                try Migration.run(database)
            } else {
                upgrade = try Upgrade.run(database)
            }
        }
        try SchemaCheck.checkForReading(database)
    }
}
