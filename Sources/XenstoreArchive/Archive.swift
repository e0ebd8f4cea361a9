import ArchiveSQL

/// An archive of images in one SQLite file.
public final class Archive {
    public let database: Database

    /// The number that marks the file as ours: `xsra`.
    static let applicationID: Int64 = 0x7873_7261

    private init(_ database: Database) {
        self.database = database
    }

    /// Opens an existing archive to read from it.
    /// - Throws: `ArchiveError` where there is none, or the file is another kind or of a newer schema.
    public static func open(_ path: String) throws -> Archive {
        guard FileIO.exists(path) else {
            throw ArchiveError(
                .file, "\(path): there is no archive here; 'xsarchive import' makes one, -a or XSARCHIVE names another")
        }
        guard !FileIO.isEmpty(path) else {
            throw ArchiveError(.notAnArchive, "\(path): the archive is empty, as its first import was cut short; import again")
        }
        let database = try Database(path: fileName(path), mode: .read)
        try checkKind(database)
        return Archive(database)
    }

    /// Opens an archive to write to it, and makes it where there is none.
    public static func openOrCreate(_ path: String) throws -> Archive {
        let isNew = try FileIO.createPrivate(path)
        do {
            let database = try Database(path: fileName(path), mode: .write)
            // Foreign keys are declared for those who read; checking each of a million inserts would cost a third of
            // the time, and import proves the whole image by its digest instead. `verify` checks them.
            try database.execute("PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY")
            try create(database)
            return Archive(database)
        } catch {
            // Another process may have put its schema into the new file meanwhile.
            if isNew && FileIO.isEmpty(path) { FileIO.remove(path) }
            throw error
        }
    }

    /// An archive in memory, for questions about a file that nobody wants to keep.
    public static func inMemory() throws -> Archive {
        let database = try Database(path: ":memory:", mode: .write)
        try create(database)
        return Archive(database)
    }

    /// The name as SQLite must have it: one that begins with a colon is a special one there.
    private static func fileName(_ path: String) -> String {
        path.utf8.first == 0x3A ? "./" + path : path
    }

    /// Makes the schema in an empty file; two at once make it once.
    private static func create(_ database: Database) throws {
        func isEmpty() throws -> Bool { try database.integer("SELECT count(*) FROM sqlite_schema") == 0 }
        let isOurs = try database.integer("PRAGMA application_id") == applicationID
        guard try !isOurs && isEmpty() else { return try checkKind(database) }
        try database.transaction {
            guard try isEmpty() else { return }
            for step in ArchiveSQL.migrations { try database.execute(step) }
            try database.execute(ArchiveSQL.views)
        }
        try checkKind(database)
    }

    private static func checkKind(_ database: Database) throws {
        let version = try database.integer("PRAGMA user_version") ?? 0
        guard try database.integer("PRAGMA application_id") == applicationID else {
            throw ArchiveError(.notAnArchive, "\(database.path): this SQLite file is no archive of xsarchive; check the name given with -a")
        }
        guard version == ArchiveSQL.schemaVersion else {
            throw ArchiveError(
                .notAnArchive,
                "\(database.path): the archive has schema version \(version), this xsarchive knows \(ArchiveSQL.schemaVersion); "
                    + "use the xsarchive that wrote it")
        }
    }
}
