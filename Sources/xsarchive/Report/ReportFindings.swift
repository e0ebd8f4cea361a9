import XenstoreAnalysis
import XenstoreStream

/// Findings as rows: severity, rule, what is there, what is expected, path, record, offset, and for
/// two images the state in their comparison.
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
        let comparison = FindingComparison(old.check.findings, image.check.findings)
        let present = FindingComparison.shortened(comparison.present).map { row($0.item, image, $0.state.rawValue) }
        let past = FindingComparison.shortened(comparison.past).map { row($0.item, old, $0.state.rawValue) }
        return .array(present + past)
    }

    private func row(_ item: ImageFinding, _ image: ReportImage, _ state: String?) -> JSON {
        let finding = item.finding
        // In a damaged image a secret may have become part of what is read as a path, so nothing is
        // quoted.
        let isQuotable = !isRedacted || !image.isSalvaged
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
}
