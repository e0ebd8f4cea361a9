/// A line of a text as people paste it: what it says, and the bytes that it is read from.
struct SourceLine {
    /// The bytes of the text, with the line's end. A quoted-printable line may take several lines.
    let range: Range<Int>
    /// What the line says: decoded, without its end and without marks of a quotation.
    let content: Octets
    /// How many marks `>` stood before it.
    let quoteDepth: Int
    /// Columns that the line takes in the text, without its end.
    let width: Int

    /// Whether it says nothing.
    var isBlank: Bool {
        content.allSatisfy { $0 == ASCII.space || $0 == ASCII.tab }
    }

    /// Whether it begins or ends a block of code in a page or a ticket.
    var isFence: Bool {
        let text = content.drop { $0 == ASCII.space || $0 == ASCII.tab }
        return Self.fences.contains { text.starts(with: $0) }
    }

    /// The line without a fence before or after what else it says: some pages put both on one line.
    static func withoutFence(_ line: Octets) -> Octets {
        guard line.contains(ASCII.quote) || line.firstRange(of: tool) != nil else { return line }
        var line = line
        while let fence = openings.first(where: { line.starts(with: $0) }) {
            // {code:title} has more than its name.
            let end =
                fence.last == openBracket
                ? line.firstIndex(of: closeBracket).map { $0 + 1 } : line.startIndex + fence.count
            line = line[(end ?? line.endIndex)...]
        }
        while let fence = closings.first(where: { line.suffix($0.count).elementsEqual($0) }) {
            line = line.dropLast(fence.count)
        }
        return line
    }

    private static let tool = Array("xenstore".utf8)
    private static let openBracket = UInt8(ascii: ":")
    private static let closeBracket = UInt8(ascii: "}")
    private static let openings = [
        "```", "~~~", "{code:", "{noformat:", "{code}", "{noformat}", "[code]", "<pre>", "<code>", "<html>",
    ].map { Array($0.utf8) }
    private static let closings = ["```", "~~~", "{code}", "{noformat}", "[/code]", "</pre>", "</code>"]
        .map { Array($0.utf8) }
    private static let fences = [
        "```", "~~~", "{code", "{noformat", "[code", "[/code", "<pre", "</pre", "<code", "</code",
    ]
    .map { Array($0.utf8) }
}
