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
            try database.execute("PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536")
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
    static func fileName(_ path: String) -> String {
        path.utf8.first == 0x3A ? "./" + path : path
    }

    /// Makes the schema in an empty file, or brings an older one up to date; two at once do it once.
    private static func create(_ database: Database) throws {
        let isOurs = try database.integer("PRAGMA application_id") == applicationID
        if try isOurs || !isEmpty(database) { try checkKind(database, migrating: true) }
        if try version(database) < ArchiveSQL.schemaVersion {
            try database.transaction {
                guard try isEmpty(database) || version(database) > 0 else { return }
                try migrate(database)
            }
        }
        try checkKind(database)
    }

    private static func isEmpty(_ database: Database) throws -> Bool {
        try database.integer("SELECT count(*) FROM sqlite_schema") == 0
    }

    private static func version(_ database: Database) throws -> Int {
        Int(try database.integer("PRAGMA user_version") ?? 0)
    }

    /// Runs the steps that the archive does not have yet, in the transaction that is under way.
    private static func migrate(_ database: Database) throws {
        let views = try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'")
        var names: [String] = []
        while try views.step() { names.append(views.string(0)) }
        for name in names { try database.execute("DROP VIEW \"\(name)\"") }
        for step in try ArchiveSQL.migrations.dropFirst(version(database)) { try database.execute(step) }
        try database.execute(ArchiveSQL.views)
    }

    /// - Parameter migrating: whether an older schema will do, as it is to be brought up to date.
    private static func checkKind(_ database: Database, migrating: Bool = false) throws {
        let version = try version(database)
        guard try database.integer("PRAGMA application_id") == applicationID else {
            throw ArchiveError(.notAnArchive, "\(database.path): this SQLite file is no archive of xsarchive; check the name given with -a")
        }
        let advice: String
        switch version {
        case ArchiveSQL.schemaVersion: return
        case 1..<ArchiveSQL.schemaVersion:
            if migrating { return }
            advice = "make a copy of it, then import an image into it, which brings it up to date"
        default: advice = "use the xsarchive that wrote it"
        }
        throw ArchiveError(
            .notAnArchive,
            "\(database.path): the archive has schema version \(version), this xsarchive knows \(ArchiveSQL.schemaVersion); \(advice)")
    }
}
