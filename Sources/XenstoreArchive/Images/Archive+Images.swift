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

    /// The image that a reference names: `@ID`, `@NAME` (the newest of that name), `@latest`, `@latest~N`.
    /// - Throws: `ArchiveError` with code `noSuchImage`.
    public func image(named reference: String) throws -> ArchivedImage {
        let name = String(reference.dropFirst(reference.hasPrefix("@") ? 1 : 0))
        if let id = Int64(name), id > 0 { return try image(id: id) }
        let row: Statement
        if name == "latest" || name.hasPrefix("latest~") {
            guard let back = name == "latest" ? 0 : Int64(name.dropFirst("latest~".count)), back >= 0 else {
                throw ArchiveError(.noSuchImage, "@\(name): after @latest~ comes a number, like @latest~1")
            }
            row = try database.prepare("SELECT image_id FROM image ORDER BY image_id DESC LIMIT 1 OFFSET ?")
            try row.bind(1, back)
        } else {
            row = try database.prepare("SELECT image_id FROM image WHERE name = ? ORDER BY image_id DESC LIMIT 1")
            try row.bind(1, name)
        }
        guard try row.step() else {
            throw ArchiveError(.noSuchImage, "\(database.path): no image @\(name); \(try advice(name))")
        }
        return try image(id: row.integer(0))
    }

    /// What to do about a name that no image has.
    private func advice(_ name: String) throws -> String {
        let otherwise = "'xsarchive images' lists what there is"
        if name.hasPrefix("latest") { return otherwise }
        let rows = try database.prepare("SELECT DISTINCT name FROM image")
        var names = ["latest"]
        while try rows.step() { names.append(rows.string(0)) }
        return Nearest.advice(name, among: names, prefix: "@", otherwise: otherwise)
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
