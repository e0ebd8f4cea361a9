/// One listing of a text: its nodes' lines, and what the text says about where it comes from.
struct ListingBlock {
    let form: ListingLine.Form
    /// The command above it; nil if the text has none.
    let command: ListingCommand?
    /// In the order of the text.
    var entries: [ListingEntry] = []
    /// The nodes of which the tool could not read everything.
    var hasErrors = false
    /// The marks of a quotation before its lines.
    var quoteDepth = 0
    /// Whether the tool ended early, so that what would follow is missing.
    var endsEarly = false
    /// Whether the text ends within a line of it.
    var isCut = false

    /// Whether this cannot be anything else than a listing. Lines of NAME = "VALUE" alone may be a
    /// guest's configuration, or a program.
    var isCertain: Bool {
        // The output of ls -R has names with a colon, too.
        if entries.allSatisfy({ $0.line.knowledge == .unknown && command == nil }) { return false }
        if form == .pairs {
            return entries.contains { entry in Self.tops.contains { entry.line.name.starts(with: $0) } }
        }
        if form == .tree, hasLostIndentation { return false }
        if form != .tree || command != nil { return true }
        guard entries.count > 1, let first = entries.first else { return false }
        return entries.contains { $0.line.indent > first.line.indent || $0.line.perms != nil }
    }

    private static let tops = ["/local/", "/vm/", "/tool/", "/libxl/", "/xapi/", "/mh/", "/vss/"].map { Array($0.utf8) }

    /// Whether a parent and its child stand at the top.
    private var hasLostIndentation: Bool {
        guard let first = entries.first else { return false }
        let names = entries.lazy.filter { $0.line.indent == first.line.indent }.map(\.line.name)
        return names.contains { $0.elementsEqual("local".utf8) } && names.contains { $0.elementsEqual("domain".utf8) }
    }

    /// The index after the last line.
    var end: Int {
        entries.last?.lines.upperBound ?? 0
    }
}
