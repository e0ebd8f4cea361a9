import XenstoreStream

/// Takes the images of another archive, with their labels, times and findings, its logs, and its
/// custody log.
public struct Merger {
    let archive: Archive
    let custodian: Custodian

    private var database: Database {
        archive.database
    }

    /// - Parameters:
    ///   - archive: an archive that is open for writing.
    ///   - custodian: who merges, for the custody log.
    public init(_ archive: Archive, by custodian: Custodian = .current) {
        self.archive = archive
        self.custodian = custodian
    }

    /// What became of an image of the other archive.
    public struct Outcome: Sendable {
        /// The image in the other archive.
        public let original: ArchivedImage
        /// The image here.
        public let imageID: Int64
        /// What was new about it.
        public let kind: Importer.Outcome.Kind
        /// Another image here that already had its series and name; nil if none had.
        public let namesake: Int64?
    }

    /// Merges the other archive in one transaction: all of it, each image proved to come out byte
    /// for byte, or nothing.
    /// - Parameters:
    ///   - other: the other archive.
    ///   - progress: called before each image, with its number from 1 on and that of all images.
    /// - Returns: what became of each image, in the order of their import there.
    /// - Throws: `ArchiveError` if the other archive cannot be merged; this one is then unchanged.
    public func merge(_ other: MergeSource, progress: (Int, Int) -> Void = { _, _ in }) throws -> [Outcome] {
        try mergeAll(other, progress: progress).images
    }

    /// Merges the other archive as `merge` does, and also says what became of each file of a log.
    package func mergeAll(
        _ other: MergeSource, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> (images: [Outcome], logs: [LogOutcome]) {
        let source = Provenance.file(other.path).source ?? other.path
        let images = try other.archive.images()
        return try database.transaction {
            var ids: [Int64: Int64] = [:]
            var outcomes: [Outcome] = []
            for (index, image) in images.enumerated() {
                progress(index + 1, images.count)
                let outcome = try take(image, of: other, source, ids)
                ids[image.imageID] = outcome.imageID
                outcomes.append(outcome)
            }
            let files = try takeLogs(other, source)
            let logs = OriginLogs(database)
            let isNew = outcomes.contains { $0.kind != .known } || files.contains { !$0.stored.isKnown }
            if try isNew || other.entryCount > 0 && !logs.hasLog(endingWith: other.head) {
                let entry = try CustodyLog(database).append(
                    Provenance(.merge, source: source, note: note(outcomes, files, other)),
                    file: (size: Int64(FileIO.size(other.path)), sha256: other.head), by: custodian)
                try logs.add(
                    other.entries(), of: other.archive.database, entryID: entry.entryID, images: ids)
                for series in Set(images.map(\.label.series)) { try SeriesSteps(database).compute(series) }
            }
            return (outcomes, files)
        }
    }

    private func note(_ outcomes: [Outcome], _ files: [LogOutcome], _ other: MergeSource) -> String {
        let new = outcomes.count { $0.kind != .known }
        let logs =
            files.isEmpty ? "" : "\(files.count) files of logs, \(files.count { !$0.stored.isKnown }) of them new; "
        return
            "\(outcomes.count) images, \(new) of them new; \(logs)schema version \(other.version); its custody log has "
            + "\(other.entryCount) entries, and sha256 is the hash of the last"
    }

    // MARK: Images

    private func take(
        _ original: ArchivedImage, of other: MergeSource, _ source: String, _ ids: [Int64: Int64]
    ) throws -> Outcome {
        try checkTimes(original, other)
        if let known = try knownImage(original) {
            try addSightings(of: original, other, to: known)
            return Outcome(original: original, imageID: known, kind: .known, namesake: nil)
        }
        let namesake = try namesake(original)
        let outcome = try store(original, of: other, provenance(original, other, source, ids))
        try addSightings(of: original, other, to: outcome.imageID)
        return Outcome(original: original, imageID: outcome.imageID, kind: outcome.kind, namesake: namesake)
    }

    /// Refuses times that this program does not write: they would be out of order.
    private func checkTimes(_ image: ArchivedImage, _ other: MergeSource) throws {
        for time in [image.label.capturedAt, image.importedAt, image.label.modifiedAt].compactMap({ $0 }) {
            try checkTime(time, image, other)
        }
    }

    private func checkTime(_ time: String, _ image: ArchivedImage, _ other: MergeSource) throws {
        guard (try? Timestamp.normalize(time)) != time else { return }
        throw ArchiveError(
            .damaged, "\(other.path): image @\(image.imageID) has the time '\(time)', which is not valid")
    }

    /// The same observation in this archive: the same bytes, read in the same way, with the same
    /// series, name and capture time; without a capture time, the same time of the import.
    private func knownImage(_ image: ArchivedImage) throws -> Int64? {
        let row = try database.prepare(
            """
            SELECT i.image_id FROM stream s JOIN image i ON i.stream_id = s.stream_id
            WHERE s.sha256 = ?1 AND s.layout = ?2 AND s.root = ?3 AND i.series = ?4 AND i.name = ?5
              AND i.captured_at IS ?6 AND (?6 IS NOT NULL OR i.imported_at = ?7)
            ORDER BY i.image_id
            """)
        try row.bind(1, image.stream.sha256)
        try row.bind(2, image.stream.format.layout.rawValue)
        try row.bindTextOrBlob(3, image.stream.root.path)
        try row.bind(4, image.label.series)
        try row.bind(5, image.label.name)
        if let time = image.label.capturedAt { try row.bind(6, time) }
        try row.bind(7, image.importedAt)
        return try row.step() ? row.integer(0) : nil
    }

    private func namesake(_ image: ArchivedImage) throws -> Int64? {
        let row = try database.prepare("SELECT max(image_id) FROM image WHERE series = ? AND name = ?")
        try row.bind(1, image.label.series)
        try row.bind(2, image.label.name)
        return try row.step() && !row.isNull(0) ? row.integer(0) : nil
    }

    /// An image that was made from another one says so here, too: its parent is an image of this
    /// archive if that was merged before it.
    private func provenance(
        _ image: ArchivedImage, _ other: MergeSource, _ source: String, _ ids: [Int64: Int64]
    ) -> Provenance {
        guard let entry = other.rebuilds[image.imageID] else {
            return Provenance(.merge, source: "\(source) @\(image.imageID)")
        }
        let parent = entry.source.flatMap { Int64($0.dropFirst()) }.flatMap { ids[$0] }.map { "@\($0)" }
        return Provenance(.rebuild, source: parent ?? entry.source.map { "\($0) of \(source)" }, note: entry.note)
    }

    private func store(
        _ original: ArchivedImage, of other: MergeSource, _ provenance: Provenance
    ) throws -> Importer.Outcome {
        let stream = original.stream
        let findings = try other.archive.findings(of: original)
        return try other.archive.withBytes(of: original) { bytes in
            let image =
                try stream.isSalvaged
                ? ScannedImage(
                    salvaging: bytes, layout: stream.format.layout, root: stream.root, readsFormerNodes: true)
                : scan(bytes, original, other)
            return try Importer(archive, by: custodian).adopt(
                image, as: original, findings: findings, from: provenance)
        }
    }

    /// Keeps the times at which the other archive saw the image again.
    private func addSightings(of original: ArchivedImage, _ other: MergeSource, to imageID: Int64) throws {
        let insert = try database.prepare("INSERT OR IGNORE INTO sighting (image_id, at) VALUES (?, ?)")
        for time in try CustodyLog(other.archive).sightings(of: original).sorted() {
            try checkTime(time, original, other)
            try insert.bind(1, imageID)
            try insert.bind(2, time)
            try insert.run()
        }
    }

    private func scan(_ bytes: [UInt8], _ original: ArchivedImage, _ other: MergeSource) throws -> ScannedImage {
        do {
            return try ScannedImage(bytes: bytes, layout: original.stream.format.layout, root: original.stream.root)
        } catch {
            throw ArchiveError(
                .badImage, "\(other.path): image @\(original.imageID) \(original.label.name): \(error.description)")
        }
    }
}
