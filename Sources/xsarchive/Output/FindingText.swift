import XenstoreAnalysis
import XenstoreStream

/// Findings as people read them.
enum FindingText {
    /// One line: severity, rule, place, what is there, what one would expect.
    static func line(_ finding: Finding) -> String {
        var place = finding.record.map { "record \($0)" } ?? ""
        if let offset = finding.offset { place += (place.isEmpty ? "" : ", ") + "offset \(offset)" }
        let text =
            "\(finding.severity.styledName) \(Style.heading(finding.rule)): " + (place.isEmpty ? "" : place + ": ")
            + Escape.harmless(finding.message)
        return finding.expected.isEmpty ? text : text + "; expected: \(finding.expected)"
    }

    /// One sentence on the whole image.
    static func restore(_ forecast: RestoreForecast) -> String {
        guard let daemon = forecast.daemon?.rawValue else { return "not applicable: no daemon restores a listing" }
        return switch forecast.effect {
        case .accepts: "\(daemon) would take it as it stands"
        case .skips: "\(daemon) would take it and leave records out"
        case .alters: "\(daemon) would take it, but not as it stands"
        case .overReads: "\(daemon) would take bytes for data that belong to something else; it may not survive"
        case .dies: "\(daemon) would not survive it, and the host's store would be gone"
        }
    }
}
