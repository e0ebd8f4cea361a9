/// Finds declarations by their keywords and by the braces around them.
struct DeclarationParser {
    private let words: [SwiftWord]
    private(set) var declarations: [SwiftDeclaration] = []
    private var index = 0
    /// For each open brace the declaration it belongs to; nil for any other brace.
    private var open: [Int?] = []
    /// The declaration whose brace comes next.
    private var pending: Int?

    private static let kinds: [String: SwiftDeclaration.Kind] = [
        "struct": .type, "class": .type, "enum": .type, "protocol": .type, "actor": .type, "typealias": .alias,
        "extension": .extension, "func": .function, "let": .value, "var": .value,
    ]

    init(words: [SwiftWord]) {
        self.words = words
    }

    mutating func run() {
        while index < words.count {
            let word = words[index]
            switch word.text {
            case "{":
                open.append(pending)
                pending = nil
            case "}":
                if let closed = open.popLast(), let closed { declarations[closed].lastLine = word.line }
            default:
                if let kind = Self.kinds[word.text] { declare(kind, at: word.line) }
            }
            index += 1
        }
    }

    private mutating func declare(_ kind: SwiftDeclaration.Kind, at line: Int) {
        let previous = index > 0 ? words[index - 1].text : ""
        guard previous != ".", previous != "import", previous != "case", let name = name() else { return }
        guard kind != .function && kind != .value || open.isEmpty else { return }
        let around = open.last.flatMap { $0 }.map { declarations[$0].name + "." } ?? ""
        pending = kind == .alias || kind == .value ? nil : declarations.count
        declarations.append(
            SwiftDeclaration(
                kind: kind, name: around + name, isTopLevel: open.isEmpty, firstLine: line, lastLine: line))
    }

    /// The name after the keyword; nil if the word is not a keyword here.
    private func name() -> String? {
        var index = index + 1
        while index + 1 < words.count && words[index].text == "@" { index += 2 }
        guard index < words.count else { return nil }
        if words[index].text == "[" { return "Array" }
        guard isName(index) else { return nil }
        var name = words[index].text
        while index + 2 < words.count && words[index + 1].text == "." && isName(index + 2) {
            index += 2
            name += "." + words[index].text
        }
        return name
    }

    private func isName(_ index: Int) -> Bool {
        let text = words[index].text
        return text.utf8.first.map(\.isWord) ?? false && Self.kinds[text] == nil
    }
}
