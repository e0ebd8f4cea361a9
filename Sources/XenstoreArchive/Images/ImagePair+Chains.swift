import XenstoreStream

/// Two generations of a chain.
extension ImagePair {
    /// Whether two generations of a chain have the same items except for committed nodes, at the
    /// same places, and no pending nodes.
    static func haveSameOthers(
        _ database: Database, _ chainID: Int64, _ generations: ClosedRange<Int64>
    ) throws -> Bool {
        let (old, new) = (SpanFilter.stands("s", in: "?2"), SpanFilter.stands("s", in: "?3"))
        let tables = SpanTable.names.filter { $0 != SpanTable.all[SpanTable.nodeIndex].name }
        let changes = tables.map {
            "SELECT 1 FROM \($0) s WHERE s.chain_id = ?1 AND (\(old)) <> (\(new))"
        }
        let pending = """
            SELECT 1 FROM node_detail d CROSS JOIN node_span s ON s.detail_id = d.detail_id
            WHERE d.conn_id <> 0 AND s.chain_id = ?1 AND ((\(old)) OR (\(new)))
            """
        let rows = try database.prepare((changes + [pending]).joined(separator: " UNION ALL ") + " LIMIT 1")
        try rows.bind(1, chainID)
        try rows.bind(2, generations.lowerBound)
        try rows.bind(3, generations.upperBound)
        return try !rows.step()
    }

    /// The places of the records of a generation that are not nodes, if they have an identity.
    static func otherPlaces(_ database: Database, _ chainID: Int64, _ gen: Int64) throws -> [Places] {
        let without: Set = [SpanTable.all[SpanTable.nodeIndex].name, "global_quota_span", "damage_span"]
        let selects = SpanTable.names.filter { !without.contains($0) }.map { name in
            "SELECT s.ord FROM \(name) s WHERE \(SpanFilter.all.condition)"
                + (name == "opaque_span" ? " AND (s.type <> 0 OR length(s.body) > 0)" : "")
        }
        let rows = try database.prepare(selects.joined(separator: " UNION ALL "))
        try rows.bind(1, chainID)
        try rows.bind(2, gen)
        var places: [Places] = []
        while try rows.step() {
            let ord = Int(rows.integer(0))
            places.append(Places(old: ord, new: ord))
        }
        return places
    }

    /// Whether a record of a stream that is not a node is compared with another by its identity.
    static func hasIdentity(_ reader: RecordReader, _ range: Range<Int>) -> Bool {
        switch reader.type(at: range.lowerBound) {
        case .globalQuotaData?: false
        case .end?: range.count > 8
        default: true
        }
    }

    /// The records of an archived image without the committed nodes that did not change between two
    /// generations of its chain.
    static func records(
        _ archive: Archive, _ image: ArchivedImage, _ generations: ClosedRange<Int64>
    ) throws -> Side {
        let encoded = try image.stream.encoded(
            archive.database, .changed, bindings: { try bind(generations, to: $0) })
        let records = encoded.items.filter { Int($0.table) != SpanTable.damageIndex }
        let damages = encoded.items.filter { Int($0.table) == SpanTable.damageIndex }
        return Side(
            reader: RecordReader(stream: encoded.bytes, format: image.stream.format),
            items: records.map { (Int($0.ord), $0.range) }, damages: damages.map { encoded.bytes[$0.range] })
    }

    /// Binds the two generations of a filter for what changed between them.
    private static func bind(_ generations: ClosedRange<Int64>, to nodes: Statement) throws {
        try nodes.bind(3, generations.lowerBound)
        try nodes.bind(4, generations.upperBound)
    }

    /// The nodes whose paths changed between two generations of a chain, in one pass: neighbours
    /// have nearly all of these paths in common.
    /// - Parameters:
    ///   - older: the image of the first generation.
    ///   - generations: the two; the second has the same format.
    static func changedNodes(
        _ archive: Archive, _ older: ArchivedStream, _ generations: ClosedRange<Int64>
    ) throws -> (older: Side, newer: Side) {
        try older.reading(archive.database) {
            var reader = try ItemReader(archive.database, older.generation, .changedNodes)
            let (rows, column) = (reader.nodes, SpanTable.all[SpanTable.nodeIndex].firstFilterColumn)
            var (items, newerItems): ([EncodedItems.Item], [EncodedItems.Item]) = ([], [])
            try reader.readNodes(bindings: { try bind(generations, to: $0) }) { item, _ in
                if rows.integer(column) != 0 { items.append(item) }
                if rows.integer(column + 1) != 0 { newerItems.append(item) }
            }
            let records = RecordReader(stream: reader.takeBytes(), format: older.format)
            func side(_ items: [EncodedItems.Item]) -> Side {
                Side(
                    reader: records, items: items.sorted { $0.ord < $1.ord }.map { (Int($0.ord), $0.range) },
                    damages: [])
            }
            return (side(items), side(newerItems))
        }
    }

    /// Calls `body` with the places of the nodes that are in all generations, until it returns
    /// false.
    static func forEachUnchanged(
        _ archive: Archive, _ chainID: Int64, _ generations: ClosedRange<Int64>, _ body: (Places) -> Bool
    ) throws {
        let rows = try archive.database.prepare(
            """
            SELECT ord FROM node_span
            WHERE chain_id = ?1 AND first_gen <= ?2 AND (last_gen = 0 OR last_gen >= ?3)
            """)
        try rows.bind(1, chainID)
        try rows.bind(2, generations.lowerBound)
        try rows.bind(3, generations.upperBound)
        while try rows.step() {
            let ord = Int(rows.integer(0))
            guard body(Places(old: ord, new: ord)) else { return }
        }
    }
}
