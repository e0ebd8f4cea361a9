/// The image that the next one of a series will most likely follow, read while the next one is
/// still being decoded.
package struct TipReadAhead {
    private let tip: ChainTip?
    private let state: State

    /// Numbers that change with every write to the archive, through this connection or another one.
    private struct State: Equatable {
        let dataVersion: Int64?
        let changes: Int64

        init(_ database: Database) throws {
            dataVersion = try database.integer("PRAGMA data_version")
            changes = database.totalChangeCount
        }
    }

    /// - Parameters:
    ///   - archive: the archive for the next image.
    ///   - series: the series of the next image.
    ///   - size: the size of the next image in bytes; it will not follow one of a very different
    ///     size.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    package init(_ archive: Archive, series: String, size: Int) throws {
        let database = archive.database
        state = try State(database)
        // The newest by time, or the last imported: an image that comes late is among these only.
        let query = try database.prepare(
            """
            SELECT s.stream_id FROM image i JOIN stream s ON s.stream_id = i.stream_id
            JOIN chain c ON c.chain_id = s.chain_id AND c.last_gen = s.gen
            WHERE i.image_id IN (
                SELECT image_id FROM (SELECT image_id FROM series_step WHERE series = ?1
                                      ORDER BY step DESC LIMIT \(ChainStore.recentSteps))
                UNION ALL
                SELECT image_id FROM (SELECT image_id FROM image
                                      ORDER BY image_id DESC LIMIT \(ChainStore.recentSteps)))
              AND i.series = ?1 AND s.size BETWEEN ?2 / 2 AND ?2 * 2
            ORDER BY i.image_id DESC LIMIT 1
            """)
        try query.bind(1, series)
        try query.bind(2, Int64(size))
        tip = try query.step() ? try ChainTip(database, ArchivedStream.load(database, streamID: query.integer(0))) : nil
    }

    /// The tip; nil if there is none, or the archive has been written to since.
    func tip(_ database: Database) throws -> ChainTip? {
        try State(database) == state ? tip : nil
    }
}
