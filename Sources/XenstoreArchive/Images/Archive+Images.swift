import XenstoreStream

extension Archive {
    /// All images in the order of their import.
    public func images() throws -> [ArchivedImage] {
        let ids = try database.prepare("SELECT image_id FROM image ORDER BY image_id")
        var images: [ArchivedImage] = []
        while try ids.step() { images.append(try image(id: ids.integer(0))) }
        return images
    }

    /// The names of all series.
    public func series() throws -> [String] {
        let rows = try database.prepare("SELECT DISTINCT series FROM image ORDER BY series")
        var names: [String] = []
        while try rows.step() { names.append(rows.string(0)) }
        return names
    }

    /// The image with an id.
    public func image(id: Int64) throws -> ArchivedImage {
        try ArchivedImage.load(database, id: id)
    }

    /// The image that a reference names.
    /// - Throws: `ArchiveError` with code `noSuchImage`.
    public func image(_ reference: ImageReference) throws -> ArchivedImage {
        let row: Statement
        switch reference {
        case .id(let id): return try image(id: id)
        case .latest(let back):
            row = try database.prepare("SELECT image_id FROM image ORDER BY image_id DESC LIMIT 1 OFFSET ?")
            try row.bind(1, back)
        case .name(let name):
            row = try database.prepare("SELECT image_id FROM image WHERE name = ? ORDER BY image_id DESC LIMIT 1")
            try row.bind(1, name)
        }
        guard try row.step() else {
            throw ArchiveError(
                .noSuchImage, "\(database.path): no image \(reference.text)", suggestion: try suggestion(for: reference)
            )
        }
        return try image(id: row.integer(0))
    }

    /// The nearest reference to a name that no image has.
    private func suggestion(for reference: ImageReference) throws -> String? {
        guard case .name(let name) = reference else { return nil }
        let rows = try database.prepare("SELECT DISTINCT name FROM image")
        var names = [ImageReference.latestWord]
        while try rows.step() { names.append(rows.string(0)) }
        return Nearest.suggestion(name, among: names, prefix: "@")
    }

    /// What import noticed about an image.
    public func findings(of image: ArchivedImage) throws -> [Finding] {
        let rows = try database.prepare(
            "SELECT rule, severity, record, \"offset\", message, expected FROM finding WHERE stream_id = ? ORDER BY position"
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

    /// Writes an image's bytes anew from the tables, compared with what was imported.
    /// - Parameters:
    ///   - image: of this archive.
    ///   - progress: is told now and then how many of the bytes have been read from the tables.
    ///   - sink: takes the bytes.
    /// - Throws: `ArchiveError` with code `damaged` where they differ; what `sink` has taken is then worthless.
    public func export(
        _ image: ArchivedImage, progress: (Int) -> Void = { _ in }, to sink: (Octets) throws -> Void
    ) throws {
        try image.stream.encode(database, progress: progress, to: sink)
    }

    /// Calls `body` with an image's bytes, written anew from the tables, and compares them meanwhile with what was imported.
    /// - Returns: what `body` returns.
    /// - Throws: `ArchiveError` with code `damaged` where they differ, whatever `body` has made of them; else what `body` throws.
    public func withBytes<Outcome>(of image: ArchivedImage, _ body: ([UInt8]) throws -> Outcome) throws -> Outcome {
        try image.stream.withBytes(database, body)
    }

    /// Calls `body` with each record of an image in the stream's order.
    public func forEachRecord(of image: ArchivedImage, _ body: (RecordBody) throws -> Void) throws {
        try image.stream.forEachRecord(database, body)
    }
}
