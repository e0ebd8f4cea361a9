import XenstoreStream

/// Stores an image's records as spans, behind the newest stream of a chain or as a new chain.
struct ChainStore {
    let database: Database
    let keys: OrderKeys

    init(_ database: Database, keys: OrderKeys) {
        self.database = database
        self.keys = keys
    }

    /// Where an image's records now lie.
    struct Records {
        let chainID: Int64
        let gen: Int64
        /// The form of `stream.item_order`; nil where the records stand in the order of their keys.
        var order: [UInt8]?
        /// The stream before, and for each item of the image its like there, or -1; nil at the beginning of a chain.
        var tip: ChainTip?
        var matches: [Int] = []
        /// The keys of the items that are new.
        var ords: [Int64] = []
    }

    /// The most generations that a chain takes: their numbers then have two bytes at most.
    private static let mostGenerations: Int64 = 32_767

    /// How many closed spans for each open one a chain may have: all of them are passed over when one of its images is
    /// read, and beginning anew costs as much as a third of the image.
    private static let mostClosed: Int64 = 8

    func store(_ image: ScannedImage, series: String, ahead: ChainTip?) throws -> Records {
        let new = SequenceMatch.Frames(bytes: image.bytes, starts: image.starts)
        for stream in try candidates(image, series: series) {
            let tip =
                try ahead?.stream.streamID == stream.streamID
                ? ahead ?? ChainTip(database, stream) : ChainTip(database, stream)
            var pairs = SequenceMatch.pairs(old: SequenceMatch.Frames(tip.encoded), new: new)
            // A damaged span has its offset, so it is another one in another image.
            for index in pairs.indices where pairs[index] >= 0 {
                if image.damages.contains(index) || tip.isDamage(pairs[index]) { pairs[index] = -1 }
            }
            let paired = pairs.count { $0 >= 0 }
            guard tip.isContinued(keeping: paired, of: new.count) else { continue }
            let inOrder = SequenceMatch.longestRisingRun(pairs)
            // Where the order itself is another one, it is cheaper to store than the records that moved.
            if 10 * inOrder.count(where: { $0 >= 0 }) >= 9 * paired {
                if let records = try append(image, to: tip, matches: inOrder) { return records }
            } else {
                return try append(image, to: tip, reordered: pairs)
            }
        }
        return try begin(image)
    }

    /// The tips that the image may follow: of chains with its layout and like its size, the latest of its series first.
    private func candidates(_ image: ScannedImage, series: String) throws -> [ArchivedStream] {
        let query = try database.prepare(
            """
            SELECT s.stream_id FROM chain c JOIN stream s ON s.chain_id = c.chain_id AND s.gen = c.last_gen
            WHERE c.layout = ?1 AND c.byte_order = ?2 AND c.length_rule = ?3 AND c.last_gen < ?4
              AND s.record_count BETWEEN ?5 / 2 AND ?5 * 2 AND c.node_span_count <= (?7 + 1) * max(s.node_count, 1000)
            ORDER BY (SELECT max(CASE i.series WHEN ?6 THEN i.image_id END) FROM image i
                      JOIN stream t ON t.stream_id = i.stream_id WHERE t.chain_id = c.chain_id) DESC NULLS LAST,
                     (SELECT max(i.image_id) FROM image i
                      JOIN stream t ON t.stream_id = i.stream_id WHERE t.chain_id = c.chain_id) DESC
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

    // MARK: Behind a stream

    /// Stores the image with its kept records in the order in which they stand.
    /// - Parameter matches: for each item its like in the tip, rising, or -1.
    /// - Returns: nil where the chain has no room for it.
    private func append(_ image: ScannedImage, to tip: ChainTip, matches: [Int]) throws -> Records? {
        var tip = tip
        var ords = keys.keys(old: tip.ords, matches: matches)
        if ords == nil {
            try ChainRenumbering.run(database, chainID: tip.chainID, keys: keys)
            tip = try ChainTip(database, tip.stream)
            ords = keys.keys(old: tip.ords, matches: matches)
        }
        guard let ords else { return nil }
        return try append(
            image, Records(chainID: tip.chainID, gen: tip.gen + 1, tip: tip, matches: matches, ords: ords))
    }

    /// Stores the image with all records that are kept, wherever they stand, and their order besides.
    private func append(_ image: ScannedImage, to tip: ChainTip, reordered matches: [Int]) throws -> Records {
        var last = tip.ords.last ?? 0
        let ords = matches.map { match in
            if match >= 0 { return tip.ords[match] }
            last += keys.gap(for: matches.count)
            return last
        }
        var places = Array(repeating: 0, count: ords.count)
        for (place, index) in ords.indices.sorted(by: { ords[$0] < ords[$1] }).enumerated() { places[index] = place }
        var records = Records(chainID: tip.chainID, gen: tip.gen + 1, tip: tip, matches: matches, ords: ords)
        records.order = ItemOrder.encode(places)
        return try append(image, records)
    }

    private func append(_ image: ScannedImage, _ records: Records) throws -> Records {
        guard let tip = records.tip else { return records }
        let advance = try database.prepare("UPDATE chain SET last_gen = ? WHERE chain_id = ?")
        try advance.bind(1, records.gen)
        try advance.bind(2, records.chainID)
        try advance.run()
        try tip.close(database, keeping: records.matches)
        try insert(image, records) { records.matches[$0] < 0 }
        return records
    }

    // MARK: A new chain

    private func begin(_ image: ScannedImage) throws -> Records {
        let insert = try database.prepare(
            "INSERT INTO chain (layout, byte_order, length_rule, last_gen) VALUES (?, ?, ?, 1)")
        try insert.bind(1, image.format.layout.rawValue)
        try insert.bind(2, image.format.byteOrder.rawValue)
        try insert.bind(3, image.format.lengthRule.rawValue)
        try insert.run()
        let records = Records(chainID: database.lastInsertID, gen: 1, ords: keys.initial(count: image.starts.count - 1))
        try self.insert(image, records) { _ in true }
        try PlannerStatistics.update(database)
        return records
    }

    /// Inserts a span for each item that `isNew` says, by its index.
    private func insert(_ image: ScannedImage, _ records: Records, where isNew: (Int) -> Bool) throws {
        let count = try image.bytes.withUnsafeBytes { bytes in
            let paths = try PathInterner(database, image.paths)
            // Later images of a chain have few new nodes, which go in one by one.
            let writer = try SpanWriter(
                database, Generation(chainID: records.chainID, gen: records.gen, format: image.format), paths,
                image: bytes,
                nodes: records.gen == 1 ? image.nodeCount : 1)
            if records.gen == 1 && !image.isSalvaged {
                try insertAll(image, records, writer, paths, bytes)
            } else {
                try image.forEachItem(where: isNew) {
                    try writer.insert($1, ord: records.ords[$0], path: image.pathIndices[$0])
                }
            }
            try paths.finish()
            return writer.nodeCount
        }
        let advance = try database.prepare("UPDATE chain SET node_span_count = node_span_count + ? WHERE chain_id = ?")
        try advance.bind(1, Int64(count))
        try advance.bind(2, records.chainID)
        try advance.run()
    }

    /// Inserts all items of a whole image: plain nodes, which almost all of them are, straight from where they lie.
    private func insertAll(
        _ image: ScannedImage, _ records: Records, _ writer: SpanWriter, _ paths: PathInterner,
        _ bytes: UnsafeRawBufferPointer
    ) throws {
        let plan = PlainNodePlan(layout: image.format.layout)
        let reader = RecordReader(stream: image.bytes, format: image.format)
        func plainNode(_ index: Int) -> PlainNode? {
            plan.node(at: image.starts[index], in: bytes, image.format)
        }
        for index in records.ords.indices {
            let (ord, path) = (records.ords[index], image.pathIndices[index])
            guard let node = plainNode(index) else {
                try writer.insert(try reader.record(at: image.starts[index], number: index + 1), ord: ord, path: path)
                continue
            }
            if Self.comesLater(index) {
                _ = try paths.id(of: node.path, index: path)
            } else {
                try writer.insert(node, ord: ord, path: path)
            }
        }
        for index in records.ords.indices where Self.comesLater(index) {
            guard let node = plainNode(index) else { continue }
            try writer.insert(node, ord: records.ords[index], path: image.pathIndices[index])
        }
    }

    /// Whether a node of a chain's first image is put into its page when all others are there.
    ///
    /// Rows that come in order leave an eighth of each page empty: SQLite leaves room where it splits one. Filled like this
    /// the table takes 12 % less of the file, 4 % of the image's size.
    private static func comesLater(_ index: Int) -> Bool {
        index % 9 == 8
    }
}
