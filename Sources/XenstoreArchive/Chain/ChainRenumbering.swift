import XenstoreStream

/// Spreads the order keys of a whole chain, closed spans included, evenly again.
enum ChainRenumbering {
    /// Keeps the records' order; their keys, and so `record_id` in the views, change.
    static func run(_ database: Database, chainID: Int64, keys: OrderKeys) throws {
        try database.execute("CREATE TEMP TABLE renumbering (old INTEGER PRIMARY KEY, position INTEGER NOT NULL)")
        let union = SpanTable.names.map { "SELECT ord FROM \($0) WHERE chain_id = ?1" }.joined(separator: " UNION ")
        let fill = try database.prepare(
            "INSERT INTO renumbering SELECT ord, row_number() OVER (ORDER BY ord) FROM (\(union))")
        try fill.bind(1, chainID)
        try fill.run()
        let count = try database.integer("SELECT count(*) FROM renumbering") ?? 0
        let gap = keys.gap(for: Int(count))
        for table in SpanTable.names {
            // Through negative keys, so that no new key meets an old one on the way.
            let away = try database.prepare(
                "UPDATE \(table) SET ord = -(SELECT position FROM renumbering WHERE old = ord) * ?2 WHERE chain_id = ?1"
            )
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
