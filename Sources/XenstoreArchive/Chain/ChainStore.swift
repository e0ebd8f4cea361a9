import XenstoreStream

/// Stores the items of an image as spans, after the newest stream of a chain or as a new chain.
struct ChainStore {
    let database: Database
    let keys: OrderKeys

    init(_ database: Database, keys: OrderKeys) {
        self.database = database
        self.keys = keys
    }

    /// The most generations of a chain: their numbers then take at most two bytes.
    private static let mostGenerations: Int64 = 32_767

    /// The most closed spans for each open one in a chain: reading one of its images skips all of
    /// them, and a new chain costs as much as a third of the image.
    private static let mostClosed: Int64 = 8

    /// The number of a series' newest steps whose chains come first. A chain that none of them is
    /// in is seldom the best one, and the time of an import must not grow with the series.
    static let recentSteps = 64

    /// Stores the items of an image.
    /// - Parameter ahead: a tip that has been read already; nil if there is none.
    /// - Returns: where they are stored.
    func store(_ image: ScannedImage, series: String, ahead: ChainTip?) throws -> Placement {
        let placement = try placementInChain(image, series: series, ahead: ahead) ?? placementInNewChain(image)
        try write(image, placement)
        return placement
    }

    // MARK: After a stream

    /// The placement after the newest stream of a chain; nil if no chain has one similar to the
    /// image.
    private func placementInChain(_ image: ScannedImage, series: String, ahead: ChainTip?) throws -> Placement? {
        let new = SequenceMatch.Frames(bytes: image.bytes, starts: image.starts)
        for stream in try candidates(image, series: series) {
            let tip: ChainTip
            if let ahead, ahead.stream.streamID == stream.streamID {
                tip = ahead
            } else {
                tip = try ChainTip(database, stream)
            }
            var pairs = SequenceMatch.pairs(old: SequenceMatch.Frames(tip.encoded), new: new)
            // A damaged span has an offset, so it differs in each image.
            for index in pairs.indices where pairs[index] >= 0 {
                if image.damages.contains(index) || tip.isDamage(pairs[index]) { pairs[index] = -1 }
            }
            let paired = pairs.count { $0 >= 0 }
            guard tip.isContinued(keeping: paired, of: new.count) else { continue }
            let inOrder = SequenceMatch.longestRisingRun(pairs)
            // If the order itself changed, it is cheaper to store than the records that moved.
            if 10 * inOrder.count(where: { $0 >= 0 }) >= 9 * paired {
                if let placement = try placement(inOrder: inOrder, after: tip) { return placement }
            } else if !image.hasDuplicateNodes {
                return placement(reordered: pairs, after: tip)
            }
        }
        return nil
    }

    /// The tips that the image may follow: those with its format and a similar size, first those of
    /// the chains that the newest images of its series are in.
    private func candidates(_ image: ScannedImage, series: String) throws -> [ArchivedStream] {
        let query = try database.prepare(
            """
            WITH recent (chain_id, image_id) AS MATERIALIZED (
              SELECT z.chain_id, max(t.image_id)
              FROM (SELECT image_id FROM series_step WHERE series = ?6 ORDER BY step DESC LIMIT \(Self.recentSteps)) t
              JOIN image i ON i.image_id = t.image_id JOIN stream z ON z.stream_id = i.stream_id
              GROUP BY z.chain_id
            )
            SELECT s.stream_id FROM chain c JOIN stream s ON s.chain_id = c.chain_id AND s.gen = c.last_gen
            LEFT JOIN recent r ON r.chain_id = c.chain_id
            WHERE c.layout = ?1 AND c.byte_order = ?2 AND c.length_rule = ?3 AND c.last_gen < ?4
              AND s.record_count BETWEEN ?5 / 2 AND ?5 * 2 AND c.node_span_count <= (?7 + 1) * max(s.node_count, 1000)
            ORDER BY r.image_id DESC NULLS LAST,
                     (SELECT max(i.image_id) FROM image i WHERE i.stream_id = s.stream_id) DESC
            LIMIT 4
            """)
        try query.bind(1, image.format.layout.rawValue)
        try query.bind(2, image.format.byteOrder.rawValue)
        try query.bind(3, image.format.lengthRule.rawValue)
        try query.bind(4, Self.mostGenerations)
        try query.bind(5, Int64(image.recordCount))
        try query.bind(6, series)
        try query.bind(7, Self.mostClosed)
        var streams: [ArchivedStream] = []
        while try query.step() { streams.append(try ArchivedStream.load(database, streamID: query.integer(0))) }
        return streams
    }

    /// The placement that keeps the items that are in the order of the tip.
    /// - Parameter matches: for each item, the index of the equal one in the tip, rising, or -1.
    /// - Returns: nil if the chain has no room for it.
    private func placement(inOrder matches: [Int], after tip: ChainTip) throws -> Placement? {
        var tip = tip
        var ords = keys.keys(old: tip.ords, matches: matches)
        if ords == nil {
            try ChainRenumbering.run(database, chainID: tip.chainID, keys: keys)
            tip = try ChainTip(database, tip.stream)
            ords = keys.keys(old: tip.ords, matches: matches)
        }
        guard let ords else { return nil }
        return Placement(generation: tip.next, ords: ords, before: .init(tip: tip, matches: matches))
    }

    /// The placement that keeps all items of the tip in any order, and stores their order in
    /// addition.
    private func placement(reordered matches: [Int], after tip: ChainTip) -> Placement {
        var last = tip.ords.last ?? 0
        let ords = matches.map { match in
            if match >= 0 { return tip.ords[match] }
            last += keys.gap(for: matches.count)
            return last
        }
        var places = Array(repeating: 0, count: ords.count)
        for (place, index) in ords.indices.sorted(by: { ords[$0] < ords[$1] }).enumerated() { places[index] = place }
        return Placement(
            generation: tip.next, ords: ords, order: ItemOrder.encode(places),
            before: .init(tip: tip, matches: matches))
    }

    // MARK: A new chain

    private func placementInNewChain(_ image: ScannedImage) throws -> Placement {
        let insert = try database.prepare(
            "INSERT INTO chain (layout, byte_order, length_rule, last_gen) VALUES (?, ?, ?, 1)")
        try insert.bind(1, image.format.layout.rawValue)
        try insert.bind(2, image.format.byteOrder.rawValue)
        try insert.bind(3, image.format.lengthRule.rawValue)
        try insert.run()
        return Placement(
            generation: Generation(chainID: database.lastInsertID, gen: 1, format: image.format),
            ords: keys.initial(count: image.starts.count - 1))
    }

    // MARK: Writing

    /// Ends the spans that the image does not keep, and inserts the new ones.
    private func write(_ image: ScannedImage, _ placement: Placement) throws {
        let generation = placement.generation
        if let before = placement.before {
            let advance = try database.prepare("UPDATE chain SET last_gen = ? WHERE chain_id = ?")
            try advance.bind(1, generation.gen)
            try advance.bind(2, generation.chainID)
            try advance.run()
            try before.tip.close(database, keeping: before.matches)
        }
        // What the nodes add up to takes a tenth of the time, and no connection to the archive.
        let (count, accounts) = try concurrently({ try insertNew(image, placement) }, { try image.nodeAccounts() })
        let add = try database.prepare("UPDATE chain SET node_span_count = node_span_count + ? WHERE chain_id = ?")
        try add.bind(1, Int64(count))
        try add.bind(2, generation.chainID)
        try add.run()
        try AccountSpans(database).store(accounts, generation)
        if placement.before == nil { try PlannerStatistics.update(database) }
    }

    /// Inserts the spans of the items that are new.
    /// - Returns: the number of nodes among them.
    private func insertNew(_ image: ScannedImage, _ placement: Placement) throws -> Int {
        try image.bytes.withUnsafeBytes { bytes in
            let paths = try PathInterner(database, image.paths, image: bytes)
            // Later images of a chain have few new nodes, which are inserted one by one.
            let isFirst = placement.before == nil
            let writer = try SpanWriter(
                database, placement.generation, paths, image: bytes, nodes: isFirst ? image.nodeCount : 1)
            if isFirst && !image.isSalvaged {
                try insertAll(image, placement, writer)
            } else {
                try image.forEachItem(where: placement.isNew) {
                    try writer.insert($1, ord: placement.ords[$0], path: image.pathIndices[$0])
                }
            }
            return writer.nodeCount
        }
    }

    /// Inserts all items of a whole image; plain nodes, which are nearly all of them, straight from
    /// the image.
    private func insertAll(_ image: ScannedImage, _ placement: Placement, _ writer: SpanWriter) throws {
        let reader = RecordReader(stream: image.bytes, format: image.format)
        let all = placement.ords.indices
        for start in stride(from: 0, to: all.count, by: Self.blockCount) {
            let block = start..<min(start + Self.blockCount, all.count)
            for index in block {
                let (ord, path) = (placement.ords[index], image.pathIndices[index])
                guard let node = image.plainNode(index) else {
                    let record = try reader.record(at: image.starts[index], number: index + 1)
                    try writer.insert(record, ord: ord, path: path)
                    continue
                }
                if !Self.comesLater(index) { try writer.insert(node, ord: ord, path: path) }
            }
            for index in block where Self.comesLater(index) {
                guard let node = image.plainNode(index) else { continue }
                try writer.insert(node, ord: placement.ords[index], path: image.pathIndices[index])
            }
        }
    }

    /// Whether a node of a chain's first image is inserted into its page after the others of its
    /// block.
    ///
    /// Rows in order leave an eighth of each page empty: SQLite leaves room when it splits a page.
    /// Filled in this way the table takes 12 % less of the file, 4 % of the image's size.
    private static func comesLater(_ index: Int) -> Bool {
        index % 9 == 8
    }

    /// So many items are inserted before those that come later: their pages are in the cache then,
    /// which can be small.
    private static let blockCount = 8192
}
