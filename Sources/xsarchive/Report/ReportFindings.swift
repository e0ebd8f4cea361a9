import XenstoreAnalysis
import XenstoreStream

/// Findings as rows: severity, rule, what is there, what one would expect, path, record, offset, and of two images
/// whether the finding is new, gone or in both.
enum ReportFindings {
    static func json(_ check: ImageCheck, comparedWith old: ImageCheck?) -> JSON {
        guard let old else { return .array(check.items.map { row($0, nil) }) }
        let (before, now) = (Set(old.items.map(name)), Set(check.items.map(name)))
        let present = check.items.map { row($0, before.contains(name($0)) ? "both" : "new") }
        return .array(present + old.items.filter { !now.contains(name($0)) }.map { row($0, "gone") })
    }

    private static func row(_ item: QueryFindings.Item, _ state: String?) -> JSON {
        let finding = item.finding
        let cells: [JSON] = [
            .string(finding.severity.rawValue), .string(finding.rule), .string(Escape.harmless(finding.message)), .string(finding.expected),
            .optional(item.path), finding.record.map { .integer(Int64($0)) } ?? .null, finding.offset.map { .integer(Int64($0)) } ?? .null,
            .optional(state),
        ]
        return .array(cells)
    }

    /// What makes a finding the same in two images: records move from one to the next, so where it is does not count.
    private static func name(_ item: QueryFindings.Item) -> String {
        item.finding.rule + " " + item.finding.message
    }
}
