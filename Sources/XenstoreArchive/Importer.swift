import XenstoreStream

/// Stores images in an archive.
public struct Importer {
    private let database: Database
    private let keys: OrderKeys

    public init(_ archive: Archive) {
        self.init(archive, keys: .standard)
    }

    init(_ archive: Archive, keys: OrderKeys) {
        database = archive.database
        self.keys = keys
    }

    /// How an image is to be known.
    public struct Label: Equatable, Sendable {
        public var name: String
        public var series: String
        /// UTC, ISO 8601; nil where nobody says.
        public var capturedAt: String?

        public init(name: String, series: String = "main", capturedAt: String? = nil) {
            self.name = name
            self.series = series
            self.capturedAt = capturedAt
        }
    }

    /// What became of an image.
    public struct Outcome: Equatable, Sendable {
        public enum Kind: String, Sendable {
            /// Its bytes are new to the archive.
            case stored
            /// Its bytes were there; it is a new observation of them.
            case observed
            /// The same bytes are there under the same label.
            case known
        }
        public let kind: Kind
        public let imageID: Int64
    }

    /// Stores `image` in one transaction: all of it, proved to come out byte for byte, or nothing.
    /// - Throws: `ArchiveError`; the archive is then as it was.
    public func store(_ image: PreparedImage, label: Label) throws -> Outcome {
        try database.transaction {
            if let imageID = try knownImage(image, label) { return Outcome(kind: .known, imageID: imageID) }
            if let streamID = try knownStream(image) {
                return Outcome(kind: .observed, imageID: try insertImage(streamID, label))
            }
            let streamID = try storeStream(image, series: label.series)
            return Outcome(kind: .stored, imageID: try insertImage(streamID, label))
        }
    }

    // MARK: Images

    private func knownImage(_ image: PreparedImage, _ label: Label) throws -> Int64? {
        let query = try database.prepare(
            """
            SELECT i.image_id FROM stream s JOIN image i ON i.stream_id = s.stream_id
            WHERE s.sha256 = ?1 AND s.layout = ?2 AND i.series = ?3 AND i.name = ?4 AND (?5 IS NULL OR i.captured_at = ?5)
              AND s.salvaged = ?6
            """)
        try query.bind(1, image.sha256)
        try query.bind(2, image.format.layout.rawValue)
        try query.bind(3, label.series)
        try query.bind(4, label.name)
        if let time = label.capturedAt { try query.bind(5, time) }
        try query.bind(6, image.isSalvaged ? 1 : 0)
        return try query.step() ? query.integer(0) : nil
    }

    private func knownStream(_ image: PreparedImage) throws -> Int64? {
        let query = try database.prepare("SELECT stream_id FROM stream WHERE sha256 = ? AND layout = ? AND salvaged = ?")
        try query.bind(1, image.sha256)
        try query.bind(2, image.format.layout.rawValue)
        try query.bind(3, image.isSalvaged ? 1 : 0)
        return try query.step() ? query.integer(0) : nil
    }

    private func insertImage(_ streamID: Int64, _ label: Label) throws -> Int64 {
        let insert = try database.prepare(
            """
            INSERT INTO image (stream_id, name, series, captured_at, imported_at)
            VALUES (?, ?, ?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
            """)
        try insert.bind(1, streamID)
        try insert.bind(2, label.name)
        try insert.bind(3, label.series)
        if let time = label.capturedAt { try insert.bind(4, time) }
        try insert.run()
        return database.lastInsertID
    }

    // MARK: Streams

    private func storeStream(_ image: PreparedImage, series: String) throws -> Int64 {
        let (chainID, gen) = try storeRecords(image, series: series)
        let insert = try database.prepare(
            """
            INSERT INTO stream (chain_id, gen, sha256, layout, size, version, flags, certainty, layout_reason,
                                record_count, node_count, verbatim_bytes, trailer, salvaged)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        try insert.bind(1, chainID)
        try insert.bind(2, gen)
        try insert.bind(3, image.sha256)
        try insert.bind(4, image.format.layout.rawValue)
        try insert.bind(5, Int64(image.bytes.count))
        if let header = image.header {
            try insert.bind(6, Int64(header.version))
            try insert.bind(7, Int64(header.flags))
        }
        try insert.bind(8, image.detection.certainty.rawValue)
        try insert.bind(9, image.detection.reason)
        try insert.bind(10, Int64(image.recordCount))
        try insert.bind(11, Int64(image.nodeCount))
        try insert.bind(12, Int64(image.verbatimCount))
        if !image.trailer.isEmpty { try insert.bindBlob(13, image.trailer) }
        try insert.bind(14, image.isSalvaged ? 1 : 0)
        try insert.run()
        let streamID = database.lastInsertID
        try insertFindings(image.findings, streamID)
        try prove(streamID)
        return streamID
    }

    /// Writes the stream from the tables as they now are; the transaction is given up where its digest is another.
    private func prove(_ streamID: Int64) throws {
        do {
            try ArchivedStream.load(database, streamID: streamID).encode(database) { _ in }
        } catch let error as ArchiveError where error.code == .damaged {
            throw ArchiveError(
                .notReproducible,
                "the tables do not give the image back byte for byte, so nothing was stored (\(error)); this is a defect of xsarchive: "
                    + "report it with the image")
        }
    }

    private func insertFindings(_ findings: [Finding], _ streamID: Int64) throws {
        let insert = try database.prepare(
            "INSERT INTO finding (stream_id, position, rule, severity, record, \"offset\", message, expected) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        for (index, finding) in findings.enumerated() {
            insert.clearBindings()
            try insert.bind(1, streamID)
            try insert.bind(2, Int64(index + 1))
            try insert.bind(3, finding.rule)
            try insert.bind(4, finding.severity.rawValue)
            if let record = finding.record { try insert.bind(5, Int64(record)) }
            if let offset = finding.offset { try insert.bind(6, Int64(offset)) }
            try insert.bind(7, finding.message)
            try insert.bind(8, finding.expected)
            try insert.run()
        }
    }

    // MARK: Records

    /// Stores the records as spans, behind a chain's tip or as a new chain.
    private func storeRecords(_ image: PreparedImage, series: String) throws -> (chainID: Int64, gen: Int64) {
        let new = SequenceMatch.Frames(bytes: image.bytes, starts: image.starts)
        for stream in try candidates(image, series: series) {
            var tip = try ChainTip.load(database, stream)
            var matches = SequenceMatch.match(old: tip.frames, new: new)
            // A damaged span has its offset, so it is another one in another image.
            for index in matches.indices where matches[index] >= 0 {
                if image.damages.contains(index) || tip.tables[matches[index]] == SpanTable.damageIndex { matches[index] = -1 }
            }
            guard tip.isContinued(keeping: matches.count { $0 >= 0 }, of: new.count) else { continue }
            var ords = keys.keys(old: tip.ords, matches: matches)
            if ords == nil {
                try ChainRenumbering.run(database, chainID: tip.chainID, keys: keys)
                tip = try ChainTip.load(database, stream)
                ords = keys.keys(old: tip.ords, matches: matches)
            }
            guard let ords else { continue }
            return try append(image, to: tip, matches: matches, ords: ords)
        }
        return try begin(image)
    }

    /// The tips that the image may follow: of chains with its layout and like its size, the latest of its series first.
    private func candidates(_ image: PreparedImage, series: String) throws -> [ArchivedStream] {
        let query = try database.prepare(
            """
            SELECT s.stream_id FROM chain c JOIN stream s ON s.chain_id = c.chain_id AND s.gen = c.last_gen
            WHERE c.layout = ?1 AND c.byte_order = ?2 AND c.length_rule = ?3 AND c.last_gen < ?4
              AND s.record_count BETWEEN ?5 / 2 AND ?5 * 2
            ORDER BY (SELECT max(CASE i.series WHEN ?6 THEN i.image_id END) FROM image i
                      JOIN stream t ON t.stream_id = i.stream_id WHERE t.chain_id = c.chain_id) DESC NULLS LAST,
                     (SELECT max(i.image_id) FROM image i
                      JOIN stream t ON t.stream_id = i.stream_id WHERE t.chain_id = c.chain_id) DESC
            LIMIT 4
            """)
        try query.bind(1, image.format.layout.rawValue)
        try query.bind(2, image.format.byteOrder.rawValue)
        try query.bind(3, image.format.lengthRule.rawValue)
        try query.bind(4, openGeneration - 1)
        try query.bind(5, Int64(image.recordCount))
        try query.bind(6, series)
        var streams: [ArchivedStream] = []
        while try query.step() { streams.append(try ArchivedStream.load(database, streamID: query.integer(0))) }
        return streams
    }

    private func append(
        _ image: PreparedImage, to tip: ChainTip, matches: [Int], ords: [Int64]
    ) throws -> (chainID: Int64, gen: Int64) {
        let gen = tip.gen + 1
        try close(tip, keeping: matches)
        let advance = try database.prepare("UPDATE chain SET last_gen = ? WHERE chain_id = ?")
        try advance.bind(1, gen)
        try advance.bind(2, tip.chainID)
        try advance.run()
        try insert(image, chainID: tip.chainID, gen: gen, ords: ords) { matches[$0] < 0 }
        return (tip.chainID, gen)
    }

    /// Ends the spans of the records that are not kept.
    private func close(_ tip: ChainTip, keeping matches: [Int]) throws {
        var kept = Array(repeating: false, count: tip.ords.count)
        for match in matches where match >= 0 { kept[match] = true }
        let updates = try SpanTable.names.map {
            try database.prepare("UPDATE \($0) SET last_gen = ?1 WHERE chain_id = ?2 AND ord = ?3 AND last_gen = ?4")
        }
        for index in kept.indices where !kept[index] {
            let update = updates[tip.tables[index]]
            try update.bind(1, tip.gen)
            try update.bind(2, tip.chainID)
            try update.bind(3, tip.ords[index])
            try update.bind(4, openGeneration)
            try update.run()
        }
    }

    private func begin(_ image: PreparedImage) throws -> (chainID: Int64, gen: Int64) {
        let insert = try database.prepare("INSERT INTO chain (layout, byte_order, length_rule, last_gen) VALUES (?, ?, ?, 1)")
        try insert.bind(1, image.format.layout.rawValue)
        try insert.bind(2, image.format.byteOrder.rawValue)
        try insert.bind(3, image.format.lengthRule.rawValue)
        try insert.run()
        let chainID = database.lastInsertID
        try self.insert(image, chainID: chainID, gen: 1, ords: keys.initial(count: image.starts.count - 1)) { _ in true }
        return (chainID, 1)
    }

    /// Inserts a span for each record that `isNew` says, by its index.
    private func insert(
        _ image: PreparedImage, chainID: Int64, gen: Int64, ords: [Int64], where isNew: (Int) -> Bool
    ) throws {
        let writer = try SpanWriter(database, chainID: chainID, gen: gen, layout: image.format.layout)
        var index = 0
        try image.forEachItem { item in
            defer { index += 1 }
            guard isNew(index) else { return }
            switch item {
            case .record(let record): try writer.insert(record.body, residue: record.residue, ord: ords[index])
            case .damage(let damage): try writer.insert(damage, ord: ords[index])
            }
        }
    }
}
