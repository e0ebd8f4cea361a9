import ArchiveSQL

extension Upgrade {
    /// Upgrades the archive in the open transaction, and proves every image.
    /// - Throws: `ArchiveError` if the archive cannot be upgraded; then roll the transaction back.
    static func run(_ database: Database) throws -> Upgrade {
        let version = try SchemaCheck.version(database)
        guard version < ArchiveSQL.schemaVersion else {
            try Migration.run(database)
            // The views may say more of what an image covers.
            try SeriesSteps(database).computeAll()
            return Upgrade(from: version, to: version, backup: nil)
        }
        let backup = try Backup.make(database, version: version)
        try Migration.run(database)
        try SeriesSteps(database).computeAll()
        try CustodyLog(database).appendFoundImages(from: version)
        let streams = try database.prepare("SELECT stream_id FROM stream ORDER BY stream_id")
        while try streams.step() {
            try ArchivedStream.load(database, streamID: streams.integer(0)).encode(database) { _ in }
        }
        return Upgrade(from: version, to: ArchiveSQL.schemaVersion, backup: backup)
    }
}
