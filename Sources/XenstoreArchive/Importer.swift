import XenstoreStream

/// Stores images in an archive.
public struct Importer {
    let archive: Archive
    private let keys: OrderKeys
    let custodian: Custodian

    var database: Database {
        archive.database
    }

    /// - Parameters:
    ///   - archive: the archive for the images.
    ///   - custodian: who imports, for the custody log.
    public init(_ archive: Archive, by custodian: Custodian = .current) {
        self.init(archive, keys: .standard, by: custodian)
    }

    init(_ archive: Archive, keys: OrderKeys, by custodian: Custodian = .current) {
        self.archive = archive
        self.keys = keys
        self.custodian = custodian
    }

    /// The result of storing an image.
    public struct Outcome: Equatable, Sendable {
        /// What was new about the image.
        public enum Kind: String, Sendable {
            /// Its bytes are new to the archive.
            case stored
            /// Its bytes were in the archive; it is a new observation of them.
            case observed
            /// The archive has the same observation of them; no image was added.
            case known
        }
        /// What was new about the image.
        public let kind: Kind
        /// The image's id, or that of the same image in the archive.
        public let imageID: Int64
        /// Whether a known image was seen again: it is the newest of its series, and its `lastSeen`
        /// is now.
        public var isSeenAgain = false
        /// The image after it in the order of time, although it was imported before; nil if the
        /// image is the newest of its series, or known.
        public var next: Int64?
    }

    /// Stores `image` in one transaction: all of it, proved to come out byte for byte, or nothing.
    /// - Parameters:
    ///   - image: the image to store.
    ///   - label: its name, series and capture time.
    ///   - provenance: its origin, for the custody log.
    /// - Throws: `ArchiveError` if the image cannot be stored; the archive is then unchanged.
    @discardableResult
    public func store(
        _ image: ScannedImage, label: ImageLabel, from provenance: Provenance = Provenance()
    ) throws -> Outcome {
        try store(image, label: label, from: provenance, readAhead: nil, progress: nil)
    }

    /// Stores `image`, with what has been read for it before.
    /// - Parameters:
    ///   - readAhead: the chain's tip, read ahead; ignored if it does not fit.
    ///   - progress: called periodically with the share of the image's rows that have been written:
    ///     0 to 1.
    package func store(
        _ image: ScannedImage, label: ImageLabel, from provenance: Provenance = Provenance(),
        readAhead: TipReadAhead?, progress: ((Double) -> Void)? = nil
    ) throws -> Outcome {
        if let progress {
            let records = Double(max(1, image.recordCount))
            database.whileWorking { rows in progress(min(1, Double(rows) / records)) }
        }
        return try database.transaction {
            switch try known(image, label, provenance) {
            case .same(let imageID): return Outcome(kind: .known, imageID: imageID)
            case .again(let imageID):
                try seeAgain(imageID, label, provenance)
                return Outcome(kind: .known, imageID: imageID, isSeenAgain: true)
            case nil: break
            }
            let known = try knownStream(image)
            if let known, image.isRestricted { try restrict(known, to: image.coverage) }
            let streamID = try known ?? storeStream(image, series: label.series, ahead: readAhead?.tip(database))
            let imageID = try insertImage(streamID, label)
            try CustodyLog(database).append(provenance, image: archive.image(id: imageID), by: custodian)
            let next = try SeriesSteps(database).add(imageID, series: label.series)
            return Outcome(kind: known == nil ? .stored : .observed, imageID: imageID, next: next)
        }
    }

    // MARK: Images

    private enum Known {
        /// This very observation.
        case same(Int64)
        /// The newest image of the series, observed again.
        case again(Int64)
    }

    /// The image of the archive that has the same bytes under the same name and series, if this is
    /// the same observation of them; nil if it is another one.
    ///
    /// With a capture time: if that is the same. Without: if the file was not written since that
    /// image was imported; otherwise if the image is the newest of its series, so that nothing else
    /// was seen since.
    private func known(_ image: ScannedImage, _ label: ImageLabel, _ provenance: Provenance) throws -> Known? {
        let rows = try database.prepare(
            """
            SELECT i.image_id, i.captured_at IS ?5,
                   rtrim(coalesce(i.modified_at, i.imported_at), 'Z') >= rtrim(?8, 'Z')
            FROM stream s JOIN image i ON i.stream_id = s.stream_id
            WHERE s.sha256 = ?1 AND s.layout = ?2 AND i.series = ?3 AND i.name = ?4 AND s.salvaged = ?6 AND s.root = ?7
            ORDER BY i.image_id
            """)
        try rows.bind(1, image.sha256)
        try rows.bind(2, image.format.layout.rawValue)
        try rows.bind(3, label.series)
        try rows.bind(4, label.name)
        if let time = label.capturedAt { try rows.bind(5, time) }
        try rows.bind(6, image.isSalvaged ? 1 : 0)
        try rows.bindTextOrBlob(7, image.root.path)
        if let time = label.modifiedAt { try rows.bind(8, time) }
        var candidates: [Int64] = []
        while try rows.step() {
            let isSameTime = rows.integer(1) == 1
            let isUnwritten = !rows.isNull(2) && rows.integer(2) == 1
            // What is made of images is no observation: it is known by its bytes and its label.
            if label.capturedAt != nil ? isSameTime : isUnwritten || provenance.action != .import {
                return .same(rows.integer(0))
            }
            candidates.append(rows.integer(0))
        }
        guard label.capturedAt == nil, !candidates.isEmpty,
            let newest = try SeriesSteps(database).newest(in: label.series), candidates.contains(newest)
        else { return nil }
        return .again(newest)
    }

    /// States in the custody log and in the table of sightings that an image was imported again.
    private func seeAgain(_ imageID: Int64, _ label: ImageLabel, _ provenance: Provenance) throws {
        let provenance = Provenance(.seen, source: provenance.source, note: provenance.note)
        let entry = try CustodyLog(database).append(provenance, image: archive.image(id: imageID), by: custodian)
        let insert = try database.prepare("INSERT OR IGNORE INTO sighting (image_id, at) VALUES (?, ?)")
        try insert.bind(1, imageID)
        try insert.bind(2, entry.at)
        try insert.run()
        if let time = label.modifiedAt {
            let update = try database.prepare("UPDATE image SET modified_at = ? WHERE image_id = ?")
            try update.bind(1, time)
            try update.bind(2, imageID)
            try update.run()
        }
        try SeriesSteps(database).extend(imageID, series: label.series, to: entry.at)
    }

    func knownStream(_ image: ScannedImage) throws -> Int64? {
        let query = try database.prepare(
            "SELECT stream_id FROM stream WHERE sha256 = ? AND layout = ? AND salvaged = ? AND root = ?")
        try query.bind(1, image.sha256)
        try query.bind(2, image.format.layout.rawValue)
        try query.bind(3, image.isSalvaged ? 1 : 0)
        try query.bindTextOrBlob(4, image.root.path)
        return try query.step() ? query.integer(0) : nil
    }

    /// - Parameter importedAt: the time of the import; nil: now.
    func insertImage(_ streamID: Int64, _ label: ImageLabel, importedAt: String? = nil) throws -> Int64 {
        let insert = try database.prepare(
            """
            INSERT INTO image (stream_id, name, series, captured_at, imported_at, image_id, modified_at)
            VALUES (?1, ?2, ?3, ?4, ifnull(?7, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?5, ?6)
            """)
        let imageID = try CustodyLog.nextImageID(database)
        try insert.bind(1, streamID)
        try insert.bind(2, label.name)
        try insert.bind(3, label.series)
        if let time = label.capturedAt { try insert.bind(4, time) }
        try insert.bind(5, imageID)
        if let time = label.modifiedAt { try insert.bind(6, time) }
        if let importedAt { try insert.bind(7, importedAt) }
        try insert.run()
        return imageID
    }

    // MARK: Streams

    func storeStream(_ image: ScannedImage, series: String, ahead: ChainTip?) throws -> Int64 {
        let placement = try ChainStore(database, keys: keys).store(image, series: series, ahead: ahead)
        let insert = try database.prepare(
            """
            INSERT INTO stream (chain_id, gen, sha256, layout, size, version, flags, certainty, layout_reason,
                                record_count, node_count, verbatim_bytes, trailer, salvaged, item_order, root,
                                root_source)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
        try insert.bind(1, placement.generation.chainID)
        try insert.bind(2, placement.generation.gen)
        try insert.bind(3, image.sha256)
        try insert.bind(4, image.format.layout.rawValue)
        try insert.bind(5, Int64(image.size))
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
        if let order = placement.order { try insert.bindBlob(15, Octets(order)) }
        try insert.bindTextOrBlob(16, image.root.path)
        try insert.bind(17, image.root.source.rawValue)
        try insert.run()
        let streamID = database.lastInsertID
        try CoverageRows(database).replace(streamID, with: image.coverage)
        try insertFindings(image.findings, streamID)
        try Proof(database).prove(streamID, placement, image)
        return streamID
    }

    /// Stores that a stream covers less than its bytes show: it was made from a part of an image.
    private func restrict(_ streamID: Int64, to coverage: Coverage) throws {
        let stored = try ArchivedStream.load(database, streamID: streamID).coverage
        guard stored.lacksSomething(of: coverage) || coverage.lacksSomething(of: stored) else { return }
        try CoverageRows(database).replace(streamID, with: stored.intersection(coverage))
        try SeriesSteps(database).computeAll()
    }

    func insertFindings(_ findings: [Finding], _ streamID: Int64) throws {
        let insert = try database.prepare(
            "INSERT INTO finding (stream_id, position, rule, severity, record, \"offset\", message, expected) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        )
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
}
