import XenstoreAnalysis
import XenstoreStream

/// Findings as text.
enum FindingText {
    /// One line: severity, rule, place, what is there, what is expected.
    static func line(_ finding: Finding) -> String {
        var place = finding.record.map { "record \($0)" } ?? ""
        if let offset = finding.offset { place += (place.isEmpty ? "" : ", ") + "offset \(offset)" }
        let text =
            "\(finding.severity.styledName) \(Style.heading(finding.rule)): " + (place.isEmpty ? "" : place + ": ")
            + Escape.harmless(finding.message) + (Advice.of(finding).map { "; " + $0 } ?? "")
        return finding.expected.isEmpty ? text : text + "; expected: \(finding.expected)"
    }

    /// One sentence about the whole image; nil for a listing, which has nothing to do with a
    /// restore.
    static func restore(_ forecast: RestoreForecast, _ layout: Layout) -> String? {
        if layout.isListing { return nil }
        guard let daemon = forecast.daemonTitle else {
            return "not applicable, as no daemon restores an image that has only nodes"
        }
        return switch forecast.effect {
        case .accepts: "\(daemon) would restore it unchanged"
        case .skips: "\(daemon) would restore it without some records"
        case .alters: "\(daemon) would restore it with changes"
        case .overReads: "\(daemon) would read bytes that belong to something else, and might crash"
        case .dies: "\(daemon) would die, and the host's store would be lost"
        }
    }
}
