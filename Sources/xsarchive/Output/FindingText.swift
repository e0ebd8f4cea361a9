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

    /// How many findings of each severity there are.
    /// - Parameters:
    ///   - hidden: how many findings of less severity are not listed.
    ///   - nothing: the text if there are no findings.
    static func summary(_ findings: [Finding], hidden: Int = 0, nothing: String) -> String {
        let counts = Finding.Severity.allCases.reversed().compactMap { severity in
            let count = findings.count { $0.severity == severity }
            return count == 0
                ? nil : severity == .info ? "\(count) info" : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
        }
        let rest =
            hidden == 0
            ? "" : "; \(hidden) lower-severity finding\(hidden == 1 ? "" : "s") hidden, shown by --severity info"
        return (counts.isEmpty ? nothing : counts.joined(separator: ", ")) + rest
    }

    /// One sentence about the whole image; nil for a listing, which has nothing to do with a
    /// restore.
    static func restore(_ forecast: RestoreForecast, _ layout: Layout) -> String? {
        if layout.isListing { return nil }
        if forecast.isUnknown {
            return "no forecast for this image, as it does not say what connections there were"
        }
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
