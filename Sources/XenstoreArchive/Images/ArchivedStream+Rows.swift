import XenstoreStream

extension ArchivedStream {
    /// The columns of a row that `init(_:coverage:_:)` reads.
    static let columns = """
        s.stream_id, s.chain_id, s.gen, s.sha256, s.size, s.version, s.flags, s.layout, c.length_rule, s.certainty,
        s.layout_reason, s.record_count, s.node_count, s.verbatim_bytes, s.trailer, c.byte_order, s.salvaged,
        s.item_order, s.root, s.root_source
        """

    /// The statement that reads what a stream covers.
    static func coverageRows(_ database: Database) throws -> Statement {
        try database.prepare("SELECT kind, root, includes_root, covered FROM stream_coverage WHERE stream_id = ?")
    }

    static func load(_ database: Database, streamID: Int64) throws -> ArchivedStream {
        let row = try database.prepare(
            "SELECT \(columns) FROM stream s JOIN chain c ON c.chain_id = s.chain_id WHERE s.stream_id = ?")
        try row.bind(1, streamID)
        guard try row.step(), let stream = try ArchivedStream(row, coverage: coverageRows(database)) else {
            throw unreadable(streamID, database)
        }
        return stream
    }

    /// The error for a stream without a row, or with one that no import writes.
    static func unreadable(_ streamID: Int64, _ database: Database) -> ArchiveError {
        ArchiveError(
            .damaged,
            "\(database.path): stream \(streamID) has no readable row; the archive is damaged: restore a backup")
    }

    /// The stream of a row that begins with `columns`; nil if the row cannot be read.
    /// - Parameter coverage: `coverageRows`, which many rows can share.
    init?(_ row: Statement, coverage: Statement) throws {
        guard !row.isNull(0), let layout = Layout(rawValue: row.string(7)),
            let rule = LengthRule(rawValue: row.string(8)), let order = ByteOrder(rawValue: row.string(15)),
            let rootSource = TreeRoot.Source(rawValue: row.string(19))
        else { return nil }
        let header =
            row.isNull(5)
            ? nil
            : Header(
                version: UInt32(truncatingIfNeeded: row.integer(5)), flags: UInt32(truncatingIfNeeded: row.integer(6)))
        self.init(
            streamID: row.integer(0), chainID: row.integer(1), gen: row.integer(2), sha256: row.string(3),
            size: row.integer(4), header: header,
            format: StreamFormat(layout: layout, byteOrder: order, lengthRule: rule), certainty: row.string(9),
            layoutReason: row.string(10), recordCount: row.integer(11), nodeCount: row.integer(12),
            verbatimBytes: row.integer(13), isSalvaged: row.integer(16) == 1,
            root: TreeRoot(row.octets(18), rootSource), coverage: try Self.coverage(coverage, row.integer(0)),
            trailer: row.octets(14), itemOrder: row.isNull(17) ? nil : row.octets(17))
    }

    private static func coverage(_ rows: Statement, _ streamID: Int64) throws -> Coverage {
        rows.reset()
        try rows.bind(1, streamID)
        var areas: [Coverage.Area] = []
        while try rows.step() {
            guard let kind = Coverage.Kind(rawValue: rows.string(0)) else { continue }
            areas.append(
                Coverage.Area(
                    kind, root: rows.octets(1), includesRoot: rows.integer(2) == 1, isCovered: rows.integer(3) == 1))
        }
        return Coverage(areas)
    }
}
