import ArgumentParser
import XenstoreArchive
import XenstoreStream

/// The forms in which a command prints a table.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, jsonl, csv
    /// csv whose cells no spreadsheet takes for a formula.
    case csvSafe = "csv-safe"
}
