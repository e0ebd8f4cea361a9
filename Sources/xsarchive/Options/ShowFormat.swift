import ArgumentParser

/// The forms in which `show` prints an image.
enum ShowFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, jsonl
}
