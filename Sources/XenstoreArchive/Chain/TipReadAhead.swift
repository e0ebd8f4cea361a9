/// The image that a series' next one will most likely follow, read while that one is still being decoded.
public struct TipReadAhead {
    private let tip: ChainTip?
    private let state: State

    /// What changes with every write, through this connection to the archive or another one.
    private struct State: Equatable {
        let dataVersion: Int64?
        let changes: Int64

        init(_ database: Database) throws {
            dataVersion = try database.integer("PRAGMA data_version")
            changes = database.totalChangeCount
        }
    }

    /// - Parameters:
    ///   - archive: the one that is imported into.
    ///   - series: the one that the next image belongs to.
    ///   - size: of the next image, in bytes; one of quite another size will not follow.
    /// - Throws: `ArchiveError` where the archive cannot be read.
    public init(_ archive: Archive, series: String, size: Int) throws {
        let database = archive.database
        state = try State(database)
        let query = try database.prepare(
            """
            SELECT s.stream_id FROM image i JOIN stream s ON s.stream_id = i.stream_id
            JOIN chain c ON c.chain_id = s.chain_id AND c.last_gen = s.gen
            WHERE i.series = ?1 AND s.size BETWEEN ?2 / 2 AND ?2 * 2 ORDER BY i.image_id DESC LIMIT 1
            """)
        try query.bind(1, series)
        try query.bind(2, Int64(size))
        tip = try query.step() ? try ChainTip(database, ArchivedStream.load(database, streamID: query.integer(0))) : nil
    }

    /// What has been read; nil where the archive has been written to since.
    func tip(_ database: Database) throws -> ChainTip? {
        try State(database) == state ? tip : nil
    }
}
