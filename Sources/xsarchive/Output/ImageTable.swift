import XenstoreArchive

/// The rows of `images` about images.
enum ImageTable {
    /// - Parameter series: the series whose images to print; empty: all.
    static func print(_ archive: Archive, series: [String], format: OutputFormat) throws {
        var table = Table(
            columns: [
                "image_id", "name", "series", "captured_at", "imported_at", "layout", "records", "nodes", "size",
                "sha256", "made_of", "last_seen",
            ],
            format: format, expendable: ["imported_at", "sha256", "layout", "records", "made_of", "last_seen"],
            headings: ["made_of": "derived_from"])
        let rebuilds = try CustodyLog(archive).rebuilds()
        try archive.forEachImage(of: series) { image in
            // A person needs only enough digits to tell images apart; programs get all of them.
            let digest = format == .text ? String(image.stream.sha256.prefix(12)) : image.stream.sha256
            table.add([
                .integer(image.imageID), .string(image.label.name), .string(image.label.series),
                .string(image.label.capturedAt), .string(image.importedAt),
                .string(image.stream.format.layout.rawValue), .integer(image.stream.recordCount),
                .integer(image.stream.nodeCount), .integer(image.stream.size), .string(digest),
                .string(rebuilds[image.imageID]?.source), .string(image.lastSeen),
            ])
        }
        table.finish()
    }
}
