import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The forms of a report.
enum CheckFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, jsonl, csv, sarif
    case csvSafe = "csv-safe"

    /// The form of its table; nil where it has none.
    var table: OutputFormat? {
        self == .text ? nil : OutputFormat(rawValue: rawValue)
    }
}
