import ArchiveSQL

/// The steps of schema/ that a file does not have yet.
enum Migration {
    /// Runs them and makes the views anew, in the transaction that is under way.
    static func run(_ database: Database) throws {
        let views = try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'")
        var names: [String] = []
        while try views.step() { names.append(views.string(0)) }
        // The names may be a stranger's.
        for name in names { try database.execute("DROP VIEW \"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"") }
        for step in try ArchiveSQL.migrations.dropFirst(SchemaCheck.version(database)) { try database.execute(step) }
        try database.execute(ArchiveSQL.views)
    }
}

/// What bringing an archive up to date has done.
public struct Upgrade: Equatable, Sendable {
    /// The schema version before.
    public let from: Int
    public let to: Int
    /// The file that holds the archive as it was; nil where only the views were made anew.
    public let backup: String?

    /// Brings the archive up to date in the transaction that is under way, and proves every image.
    /// - Throws: `ArchiveError`; the transaction is then to be given up.
    static func run(_ database: Database) throws -> Upgrade {
        let version = try SchemaCheck.version(database)
        guard version < ArchiveSQL.schemaVersion else {
            try Migration.run(database)
            return Upgrade(from: version, to: version, backup: nil)
        }
        let backup = try Backup.make(database, version: version)
        try Migration.run(database)
        try CustodyLog(database).appendFoundImages(from: version)
        let streams = try database.prepare("SELECT stream_id FROM stream ORDER BY stream_id")
        while try streams.step() {
            try ArchivedStream.load(database, streamID: streams.integer(0)).encode(database) { _ in }
        }
        return Upgrade(from: version, to: ArchiveSQL.schemaVersion, backup: backup)
    }
}
