import ArgumentParser
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The output formats of `check`.
enum CheckFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, jsonl, csv, sarif
    case csvSafe = "csv-safe"

    /// The format of its table; nil if the output is not a table.
    var table: OutputFormat? {
        self == .text ? nil : OutputFormat(rawValue: rawValue)
    }
}
