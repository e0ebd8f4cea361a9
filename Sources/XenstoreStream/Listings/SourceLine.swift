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

    private static let fences = [
        "```", "~~~", "{code", "{noformat", "[code", "[/code", "<pre", "</pre", "<code", "</code",
    ]
    .map { Array($0.utf8) }
}
