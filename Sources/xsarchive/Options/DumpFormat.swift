import ArgumentParser

/// The forms in which `dump` prints a file.
enum DumpFormat: String, CaseIterable, ExpressibleByArgument {
    case text, jsonl
}
