import XenstoreStream

/// The newest stream of a chain, in the form in which the next image is compared with it.
struct ChainTip {
    let chainID: Int64
    let gen: Int64
    let frames: SequenceMatch.Frames
    /// For each frame its order key and the index of its table.
    let ords: [Int64]
    let tables: [Int]

    static func load(_ database: Database, _ stream: ArchivedStream) throws -> ChainTip {
        var writer = StreamWriter(header: stream.header, format: stream.format)
        var starts: [Int] = []
        var ords: [Int64] = []
        var tables: [Int] = []
        try stream.forEachItem(database) { item in
            starts.append(writer.pendingCount)
            ords.append(item.ord)
            tables.append(item.table)
            try writer.write(item)
        }
        starts.append(writer.pendingCount)
        let frames = SequenceMatch.Frames(bytes: writer.bytes, starts: starts)
        return ChainTip(chainID: stream.chainID, gen: stream.gen, frames: frames, ords: ords, tables: tables)
    }

    /// Whether an image with so many kept records belongs behind this one: at least half of the longer one is the same.
    func isContinued(keeping kept: Int, of count: Int) -> Bool {
        2 * kept >= max(count, ords.count)
    }
}

/// Renumbering: the order keys of a whole chain, closed spans included, spread evenly again.
enum ChainRenumbering {
    /// The records' order stays; their keys, and so `record_id` in the views, change.
    static func run(_ database: Database, chainID: Int64, keys: OrderKeys) throws {
        try database.execute("CREATE TEMP TABLE renumbering (old INTEGER PRIMARY KEY, position INTEGER NOT NULL)")
        let union = SpanTable.names.map { "SELECT ord FROM \($0) WHERE chain_id = ?1" }.joined(separator: " UNION ")
        let fill = try database.prepare("INSERT INTO renumbering SELECT ord, row_number() OVER (ORDER BY ord) FROM (\(union))")
        try fill.bind(1, chainID)
        try fill.run()
        let count = try database.integer("SELECT count(*) FROM renumbering") ?? 0
        let gap = keys.gap(for: Int(count))
        for table in SpanTable.names {
            // Through negative keys, so that no new key meets an old one on the way.
            let away = try database.prepare(
                "UPDATE \(table) SET ord = -(SELECT position FROM renumbering WHERE old = ord) * ?2 WHERE chain_id = ?1")
            try away.bind(1, chainID)
            try away.bind(2, gap)
            try away.run()
            let back = try database.prepare("UPDATE \(table) SET ord = -ord WHERE chain_id = ?1")
            try back.bind(1, chainID)
            try back.run()
        }
        try database.execute("DROP TABLE renumbering")
    }
}
