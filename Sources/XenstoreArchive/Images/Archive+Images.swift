import XenstoreStream

extension Archive {
    /// All images in the order of their import.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func images() throws -> [ArchivedImage] {
        var images: [ArchivedImage] = []
        try forEachImage { images.append($0) }
        return images
    }

    /// Calls `body` with each image in the order of their import.
    /// - Parameters:
    ///   - series: the series whose images to read; empty: all.
    ///   - body: called with each image.
    /// - Throws: `ArchiveError` if the archive cannot be read, or what `body` throws.
    public func forEachImage(of series: [String] = [], _ body: (ArchivedImage) throws -> Void) throws {
        let marks = series.map { _ in "?" }.joined(separator: ", ")
        try ArchivedImage.forEach(
            database,
            where: series.isEmpty
                ? "TRUE" : "i.image_id IN (SELECT image_id FROM series_step WHERE series IN (\(marks)))",
            bindings: { row in
                for (index, name) in series.enumerated() { try row.bind(index + 1, name) }
            }, body)
    }

    /// All series with their first and last image, the one with the newest observation last.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func seriesWithEnds() throws -> [ArchivedSeries] {
        try ArchivedSeries.all(database)
    }

    /// The names of all series, sorted.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func series() throws -> [String] {
        let rows = try database.prepare("\(SeriesSteps.names) SELECT series FROM name WHERE series IS NOT NULL")
        var names: [String] = []
        while try rows.step() { names.append(rows.string(0)) }
        return names
    }

    /// The image with an id.
    /// - Throws: `ArchiveError` with code `noSuchImage` if there is none.
    public func image(id: Int64) throws -> ArchivedImage {
        try ArchivedImage.load(database, id: id)
    }

    /// The image that a reference names.
    /// - Throws: `ArchiveError` with code `noSuchImage` if there is none, or if a colon could
    ///   separate the series of several images.
    public func image(_ reference: ImageReference) throws -> ArchivedImage {
        let found: Int64?
        switch reference {
        case .id(let id): return try image(id: id)
        case .latest(let back): found = try newestID(back: back)
        case .name(let name): found = try imageID("name = ?1", [name])
        case .colon(let text): found = try imageID("name = ?1", [text]) ?? imageID(inSeries: text)
        }
        guard let found else { throw try missing(reference) }
        return try image(id: found)
    }

    /// The number of series among whose images a reference chose the newest: 1 if it can name only
    /// images of one series.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func seriesCount(for reference: ImageReference) throws -> Int {
        let row: Statement
        switch reference {
        case .id: return 1
        case .latest: row = try database.prepare("\(SeriesSteps.names) SELECT count(series) FROM name")
        case .name(let name), .colon(let name):
            row = try database.prepare("SELECT max(1, count(DISTINCT series)) FROM image WHERE name = ?")
            try row.bind(1, name)
        }
        return try row.step() ? Int(row.integer(0)) : 1
    }

    /// Refuses a series without an image.
    /// - Throws: `ArchiveError` with code `noSuchImage` if there is no such series, with the
    ///   nearest one.
    package func requireSeries(_ series: String) throws {
        guard try SeriesSteps(database).newest(in: series) == nil else { return }
        throw ArchiveError(
            .noSuchImage, "\(database.path): no series \(series)",
            suggestion: Nearest.suggestion(series, among: try self.series())
                ?? "'xsarchive images' lists the series")
    }

    /// The id of the image that was observed last, or of one before it. Reads no more steps of a
    /// series than can be meant.
    private func newestID(back: Int64) throws -> Int64? {
        let row = try database.prepare(
            """
            \(SeriesSteps.names)
            SELECT t.image_id FROM name n CROSS JOIN series_step t ON t.series = n.series
              AND t.step >= (SELECT max(z.step) FROM series_step z WHERE z.series = n.series) - ?1
            ORDER BY rtrim(t.last_seen, 'Z') DESC, t.image_id DESC LIMIT 1 OFFSET ?1
            """)
        try row.bind(1, back)
        return try row.step() ? row.integer(0) : nil
    }

    /// The id of the image that was observed last of those with a condition.
    private func imageID(_ condition: String, _ values: [String]) throws -> Int64? {
        let row = try database.prepare(
            "SELECT image_id FROM series_steps WHERE \(condition) ORDER BY rtrim(last_seen, 'Z') DESC, image_id DESC "
                + "LIMIT 1")
        for (index, value) in values.enumerated() { try row.bind(index + 1, value) }
        return try row.step() ? row.integer(0) : nil
    }

    /// The image of SERIES:latest, SERIES:~N or SERIES:NAME; nil if there is none.
    private func imageID(inSeries text: String) throws -> Int64? {
        let found = try ImageReference.splits(text).compactMap { series, rest in
            let image =
                if let back = ImageReference.age(rest) {
                    try SeriesSteps(database).newest(in: series, back: back)
                } else {
                    try imageID("series = ?1 AND name = ?2", [series, rest])
                }
            return image.map { (series, $0) }
        }
        guard found.count < 2 else {
            throw ArchiveError(
                .noSuchImage, "\(database.path): @\(text) is of several series",
                suggestion: "use "
                    + found.map { "@\($0.1) (series \(Escape.printable($0.0)))" }.joined(separator: " or "))
        }
        return found.first?.1
    }

    /// The error for a reference that names no image, with what the user may have meant.
    private func missing(_ reference: ImageReference) throws -> ArchiveError {
        let series = try series()
        if case .name(let name) = reference, series.contains(name) {
            return ArchiveError(
                .noSuchImage, "\(database.path): no image named \(name)",
                suggestion: "it is a series: @\(Escape.printable(name)):\(ImageReference.latestWord)")
        }
        return ArchiveError(
            .noSuchImage, "\(database.path): no image \(reference.text)",
            suggestion: try suggestion(for: reference, among: series))
    }

    /// The reference nearest to a name that no image has; nil if none is near.
    private func suggestion(for reference: ImageReference, among series: [String]) throws -> String? {
        let name: String
        switch reference {
        case .id, .latest: return nil
        case .name(let text), .colon(let text): name = text
        }
        let rows = try database.prepare("SELECT DISTINCT name FROM image")
        var names = [ImageReference.latestWord]
        while try rows.step() { names.append(rows.string(0)) }
        if let nearest = Nearest.suggestion(name, among: names, prefix: "@") { return nearest }
        guard let (typed, rest) = ImageReference.splits(name).first else { return nil }
        if !series.contains(typed) {
            return Nearest.match(typed, among: series).map { "did you mean @\(Escape.printable($0 + ":" + rest))?" }
        }
        let members = try database.prepare("SELECT name FROM image WHERE series = ?")
        try members.bind(1, typed)
        names = [ImageReference.latestWord]
        while try members.step() { names.append(members.string(0)) }
        guard ImageReference.age(rest) == nil else {
            return "the series has \(names.count == 2 ? "1 image" : "\(names.count - 1) images")"
        }
        return Nearest.suggestion(rest, among: names, prefix: "@\(Escape.printable(typed)):")
    }

    /// The findings of import about an image.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func findings(of image: ArchivedImage) throws -> [Finding] {
        let rows = try database.prepare(
            "SELECT rule, severity, record, \"offset\", message, expected FROM finding "
                + "WHERE stream_id = ? ORDER BY position"
        )
        try rows.bind(1, image.stream.streamID)
        var findings: [Finding] = []
        while try rows.step() {
            findings.append(
                Finding(
                    rule: rows.string(0), severity: Finding.Severity(rawValue: rows.string(1)) ?? .error,
                    record: rows.isNull(2) ? nil : Int(rows.integer(2)),
                    offset: rows.isNull(3) ? nil : Int(rows.integer(3)),
                    message: rows.string(4), expected: rows.string(5)))
        }
        return findings
    }

    /// Encodes an image's bytes from the tables, and compares their SHA-256 with the imported
    /// image's.
    /// - Parameters:
    ///   - image: an image of this archive.
    ///   - progress: called periodically with the number of bytes read from the tables.
    ///   - sink: called with the bytes, in pieces.
    /// - Throws: `ArchiveError` with code `damaged` if they differ; discard what `sink` has
    ///   received then.
    public func export(
        _ image: ArchivedImage, progress: (Int) -> Void = { _ in }, to sink: (Octets) throws -> Void
    ) throws {
        try image.stream.encode(database, progress: progress, to: sink)
    }

    /// Calls `body` with an image's bytes, encoded from the tables, and at the same time compares
    /// their SHA-256 with the imported image's.
    /// - Returns: what `body` returns.
    /// - Throws: `ArchiveError` with code `damaged` if they differ, even if `body` succeeds;
    ///   otherwise what `body` throws.
    public func withBytes<Outcome>(of image: ArchivedImage, _ body: ([UInt8]) throws -> Outcome) throws -> Outcome {
        try image.stream.withBytes(database, body)
    }

    /// An image as it would be read from its file, with its findings; its SHA-256 is compared with
    /// the imported image's.
    /// - Throws: `ArchiveError` with code `damaged` if they differ.
    public func scanned(_ image: ArchivedImage) throws -> ScannedImage {
        try image.stream.scanned(database)
    }

    /// Calls `body` with each record of an image in the stream's order.
    /// - Throws: `ArchiveError` if the image cannot be read, or what `body` throws.
    public func forEachRecord(of image: ArchivedImage, _ body: (RecordBody) throws -> Void) throws {
        try image.stream.forEachRecord(database, body)
    }
}
