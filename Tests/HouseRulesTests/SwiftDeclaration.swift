/// A declaration of a type, an extension or, outside types, a function or value.
struct SwiftDeclaration: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case type, alias, `extension`, function, value
    }

    let kind: Kind
    /// With the types around it: `Finding.Severity`.
    let name: String
    /// Whether it is outside every other declaration.
    let isTopLevel: Bool
    /// From 1 on.
    let firstLine: Int
    var lastLine: Int

    var lineCount: Int {
        lastLine - firstLine + 1
    }
}

extension SwiftFile {
    /// The types, extensions, aliases, and top-level functions and values, in their order.
    var declarations: [SwiftDeclaration] {
        var parser = DeclarationParser(words: words)
        parser.run()
        return parser.declarations
    }

    /// The identifiers, and of the other signs those that the parser and the rules need.
    var words: [SwiftWord] {
        let code = code
        var words: [SwiftWord] = []
        var line = 1
        var index = 0
        while index < code.count {
            let byte = code[index]
            if byte.isWord {
                var end = index + 1
                while end < code.count && code[end].isWord { end += 1 }
                words.append(SwiftWord(text: code.string(index..<end), line: line))
                index = end
                continue
            }
            if byte == 0x0A { line += 1 }
            if "{}.:[@(".utf8.contains(byte) {
                words.append(SwiftWord(text: code.string(index..<index + 1), line: line))
            }
            index += 1
        }
        return words
    }
}

/// An identifier or a sign of Swift code.
struct SwiftWord: Equatable, Sendable {
    let text: String
    let line: Int

    /// Whether it can be the name of a type by our convention.
    var isTypeName: Bool {
        text.utf8.first.map { $0 >= 0x41 && $0 <= 0x5A } ?? false
    }
}
