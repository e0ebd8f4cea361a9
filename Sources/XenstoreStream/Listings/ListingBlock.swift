/// One listing of a text: its nodes' lines, and what the text says about where it comes from.
struct ListingBlock {
    let form: ListingLine.Form
    /// The command above it; nil if the text has none.
    let command: ListingCommand?
    /// In the order of the text.
    var entries: [ListingEntry] = []
    /// The nodes of which the tool could not read everything.
    var hasErrors = false
    /// Whether the tool ended early, so that what would follow is missing.
    var endsEarly = false

    /// Whether this cannot be anything else than a listing. Lines of NAME = "VALUE" alone may be a
    /// guest's configuration, or a program.
    var isCertain: Bool {
        if form != .tree || command != nil { return true }
        guard entries.count > 1, let first = entries.first else { return false }
        return entries.contains { $0.line.indent > first.line.indent || $0.line.perms != nil }
    }

    /// The index after the last line.
    var end: Int {
        entries.last?.lines.upperBound ?? 0
    }
}
