import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What a report says about an image, except its tree.
struct ReportImage {
    let source: ImageSource
    let check: ImageCheck
    /// Whether the image is damaged, and was read as far as possible.
    let isSalvaged: Bool
    /// How much was replaced in its bytes; nil if they are as they were.
    let redaction: RedactionCount?
    private let archive: Archive
    private let imageID: Int64
    private let records: [(RecordType, Int)]

    /// Keeps nothing of the image's bytes.
    /// - Parameter isForComparison: whether the findings are compared with those of another image.
    init(_ loaded: LoadedImage, isForComparison: Bool) throws {
        source = loaded.source
        isSalvaged = loaded.image.isSalvaged
        redaction = loaded.redaction
        (archive, imageID) = (loaded.archive, loaded.imageID)
        check = try ImageCheck(loaded, isForComparison: isForComparison)
        records = try source.recordCounts().sorted { $0.key < $1.key }
    }

    var json: JSON {
        get throws {
            let sheet = ImageSummary(source: source, counts: Dictionary(uniqueKeysWithValues: records))
            return .object([
                ("name", .string(Escape.printable(source.name))), ("size", .integer(Int64(source.size))),
                ("facts", .array(sheet.facts.map { .array([.string($0.0), .string(Escape.printable($0.1))]) })),
                ("records", .array(records.map { .array([.string($0.0.name), .integer(Int64($0.1))]) })),
                ("restore", .optional(FindingText.restore(check.forecast, check.layout))),
                ("skipped", .array(check.inapplicable.map { .array([.string($0.name), .string($0.reason)]) })),
                ("domains", try domains()), ("series", try series()),
                ("uncovered", .array(source.coverage.uncovered.map { .string($0.name) })),
                ("limitation", .optional(check.limitation)),
                ("redacted", .optional(redaction?.sentence)),
                ("root", .optional(CoverageText.rootNote(source.name, source.root))),
            ])
        }
    }

    /// The columns and rows of the query `domains`.
    private func domains() throws -> JSON {
        let query = try NamedQuery.named("domains")
        let statement = try query.prepare(archive, parameters: ["image_id": String(imageID)])
        var rows: [JSON] = []
        while try statement.step() {
            rows.append(.array((0..<statement.columnCount).map { Self.value(statement.value($0)) }))
        }
        return .object([("columns", .array(query.columns.map(JSON.string))), ("rows", .array(rows))])
    }

    private static func value(_ value: SQLValue) -> JSON {
        switch value {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .text(let octets), .blob(let octets): .string(Escape.printable(octets))
        }
    }

    /// The images of the same series: name, capture or import time, bytes, nodes, and whether it is
    /// this image. Empty for a file.
    private func series() throws -> JSON {
        guard case .archive(let archive, let image) = source.origin else { return .array([]) }
        var rows: [JSON] = []
        try archive.forEachImage(of: [image.label.series]) { other in
            let row: [JSON] = [
                .string(Escape.printable("@\(other.imageID) \(other.label.name)")),
                .string(Escape.printable(other.label.capturedAt ?? other.importedAt)),
                .integer(other.stream.size), .integer(other.stream.nodeCount),
                .bool(other.imageID == image.imageID),
            ]
            rows.append(.array(row))
        }
        return .array(rows)
    }
}
