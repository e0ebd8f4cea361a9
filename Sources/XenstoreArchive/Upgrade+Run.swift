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
        try CustodyLog(database).appendFoundImages(from: version)
        let streams = try database.prepare("SELECT stream_id FROM stream ORDER BY chain_id, gen")
        while try streams.step() {
            let stream = try ArchivedStream.load(database, streamID: streams.integer(0))
            let encoded = try stream.encode(database) { _ in }
            if version < restrictedCoverage, !stream.format.layout.isListing { try restrictCoverage(stream, database) }
            if version < extents {
                try addUp(stream.accounts(encoded, database), stream.generation, from: version, database)
            }
        }
        try SeriesSteps(database).computeAll()
        try PlannerStatistics.update(database)
        return Upgrade(from: version, to: ArchiveSQL.schemaVersion, backup: backup)
    }

    /// Before this version, a damaged stream, a state that was cut off and a part of a host counted
    /// as a whole host.
    private static let restrictedCoverage = 8

    /// Before this version, nothing added up nodes.
    private static let accounts = 9

    /// Before this version, nothing said which homes have which permissions.
    private static let placements = 12

    /// Before this version, nothing said how large what the nodes have is.
    static let extents = 13

    /// Stores what the nodes of every stream add up to, as far as a version did not do it.
    static func addUpNodes(_ database: Database, from version: Int) throws {
        let streams = try database.prepare("SELECT stream_id FROM stream ORDER BY chain_id, gen")
        while try streams.step() {
            let stream = try ArchivedStream.load(database, streamID: streams.integer(0))
            let accounts = try stream.accounts(stream.encoded(database), database)
            try addUp(accounts, stream.generation, from: version, database)
        }
    }

    private static func addUp(
        _ sums: NodeAccounts, _ generation: Generation, from version: Int, _ database: Database
    ) throws {
        let spans = AccountSpans(database)
        guard version >= accounts else { return try spans.store(sums, generation) }
        if version < placements { try spans.storePlacements(sums, generation) }
        try spans.storeExtents(sums, generation)
    }

    /// Stores what a stream covers, as far as its bytes show it.
    private static func restrictCoverage(_ stream: ArchivedStream, _ database: Database) throws {
        let coverage = try stream.withBytes(database) { bytes in
            ScannedImage(
                salvaging: bytes, layout: stream.format.layout, root: stream.root,
                readsFormerNodes: stream.isSalvaged
            ).coverage
        }
        try CoverageRows(database).replace(stream.streamID, with: coverage)
    }
}
