import XenstoreStream

/// The newest stream of a chain, in the form for comparing the next image with it.
struct ChainTip {
    let stream: ArchivedStream
    let encoded: EncodedItems
    /// The items' order keys, rising.
    let ords: [Int64]

    var chainID: Int64 {
        stream.chainID
    }

    var gen: Int64 {
        stream.gen
    }

    /// The generation after this one.
    var next: Generation {
        Generation(chainID: chainID, gen: gen + 1, format: stream.format)
    }

    init(_ database: Database, _ stream: ArchivedStream) throws {
        self.stream = stream
        encoded = try stream.encoded(database)
        ords = encoded.items.map(\.ord)
    }

    /// Whether the item with an index is a damaged span, not a record.
    func isDamage(_ index: Int) -> Bool {
        Int(encoded.items[index].table) == SpanTable.damageIndex
    }

    /// Whether an image of `count` items that keeps `kept` of them follows this one: at least half
    /// of the longer one must be the same.
    func isContinued(keeping kept: Int, of count: Int) -> Bool {
        2 * kept >= max(count, ords.count)
    }

    /// Ends the spans of the items that are not kept: they are not in the next generation.
    func close(_ database: Database, keeping matches: [Int]) throws {
        var kept = Array(repeating: false, count: ords.count)
        for match in matches where match >= 0 { kept[match] = true }
        let updates = try SpanTable.names.enumerated().map { table, name in
            let path = table == SpanTable.nodeIndex ? "AND path_id = (SELECT path_id FROM path WHERE path = ?5)" : ""
            return try database.prepare(
                "UPDATE \(name) SET last_gen = ?1 WHERE chain_id = ?2 AND ord = ?3 AND last_gen = ?4 \(path)")
        }
        let change = try database.prepare(
            "INSERT OR IGNORE INTO node_change SELECT ?1, ?2, path_id FROM path WHERE path = ?3")
        let reader = RecordReader(stream: encoded.bytes, format: stream.format)
        for index in kept.indices where !kept[index] {
            let item = encoded.items[index]
            let update = updates[Int(item.table)]
            try update.bind(1, gen)
            try update.bind(2, chainID)
            try update.bind(3, item.ord)
            try update.bind(4, Generation.open)
            if Int(item.table) == SpanTable.nodeIndex {
                guard case .node(let node) = reader.body(in: item.range) else { throw disagreement(item) }
                try update.bindTextOrBlob(5, node.path.octets)
                try change.bind(1, chainID)
                try change.bind(2, gen + 1)
                try change.bindTextOrBlob(3, node.path.octets)
                try change.run()
            }
            try update.run()
            // The proof of an image depends on this: exactly the spans that are not kept have
            // ended.
            guard database.changeCount == 1 else { throw disagreement(item) }
        }
    }

    private func disagreement(_ item: EncodedItems.Item) -> ArchiveError {
        ArchiveError(
            .damaged,
            "the span with ord \(item.ord) of chain \(chainID) is not where its record was read; "
                + "the archive is damaged: restore a backup"
        )
    }
}
