import XenstoreStream

extension Archive {
    /// All images in the order of their import.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func images() throws -> [ArchivedImage] {
        let ids = try database.prepare("SELECT image_id FROM image ORDER BY image_id")
        var images: [ArchivedImage] = []
        while try ids.step() { images.append(try image(id: ids.integer(0))) }
        return images
    }

    /// The names of all series, sorted.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func series() throws -> [String] {
        let rows = try database.prepare("SELECT DISTINCT series FROM image ORDER BY series")
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
    /// - Throws: `ArchiveError` with code `noSuchImage` if there is none.
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

    /// The reference nearest to a name that no image has; nil if none is near.
    private func suggestion(for reference: ImageReference) throws -> String? {
        guard case .name(let name) = reference else { return nil }
        let rows = try database.prepare("SELECT DISTINCT name FROM image")
        var names = [ImageReference.latestWord]
        while try rows.step() { names.append(rows.string(0)) }
        return Nearest.suggestion(name, among: names, prefix: "@")
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

    /// Calls `body` with each record of an image in the stream's order.
    /// - Throws: `ArchiveError` if the image cannot be read, or what `body` throws.
    public func forEachRecord(of image: ArchivedImage, _ body: (RecordBody) throws -> Void) throws {
        try image.stream.forEachRecord(database, body)
    }
}
