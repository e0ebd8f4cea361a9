import XenstoreAnalysis
import XenstoreStream

/// Findings as rows: severity, rule, what is there, what is expected, path, record, offset, and for
/// two images whether the finding is new, gone or in both.
struct ReportFindings {
    private let image: ReportImage
    private let old: ReportImage?
    private let isRedacted: Bool

    init(_ image: ReportImage, comparedWith old: ReportImage?, isRedacted: Bool) {
        self.image = image
        self.old = old
        self.isRedacted = isRedacted
    }

    var json: JSON {
        guard let old else { return .array(image.check.items.map { row($0, image, nil) }) }
        let (before, now) = (Set(old.check.items.map(Self.name)), Set(image.check.items.map(Self.name)))
        let present = image.check.items.map { row($0, image, before.contains(Self.name($0)) ? "both" : "new") }
        return .array(present + old.check.items.filter { !now.contains(Self.name($0)) }.map { row($0, old, "gone") })
    }

    private func row(_ item: QueryFindings.Item, _ image: ReportImage, _ state: String?) -> JSON {
        let finding = item.finding
        // In a damaged image a secret may have become part of what is read as a path, so nothing is
        // quoted.
        let isQuotable = !isRedacted || !image.loaded.image.isSalvaged
        let message =
            isQuotable
            ? finding.message : finding.message.prefix { $0 != "\"" } + (finding.message.contains("\"") ? "…" : "")
        let cells: [JSON] = [
            .string(finding.severity.rawValue), .string(finding.rule), .string(Escape.harmless(String(message))),
            .string(finding.expected),
            isQuotable ? .optional(item.path) : .null, finding.record.map { .integer(Int64($0)) } ?? .null,
            finding.offset.map { .integer(Int64($0)) } ?? .null, .optional(state),
        ]
        return .array(cells)
    }

    /// What makes a finding the same in two images. Its place does not count, as records move.
    private static func name(_ item: QueryFindings.Item) -> String {
        item.finding.rule + " " + item.finding.message
    }
}
