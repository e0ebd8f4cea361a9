import ArgumentParser
import XenstoreArchive
import XenstoreStream

/// The forms in which a command prints a table.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, jsonl, csv
    /// CSV whose cells no spreadsheet interprets as formulas.
    case csvSafe = "csv-safe"
}
