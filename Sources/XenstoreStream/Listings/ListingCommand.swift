/// The command that printed a listing, as it stands above it.
struct ListingCommand: Equatable {
    /// The command line, without the prompt before it.
    let text: String
    /// The path that it lists: the root without an argument; nil if a shell has computed it.
    let path: Octets?
    /// Whether another program has taken lines out of the listing.
    let isFiltered: Bool

    /// - Returns: nil if the line is not such a command.
    init?(_ line: Octets) {
        guard line.count < 4096, let words = Self.words(line) else { return nil }
        text = String(decoding: Octets(words.joined(separator: [ASCII.space])), as: UTF8.self)
        var paths: [Octets?] = []
        var isFiltered = false
        var rest = words.dropFirst()
        words: while let word = rest.popFirst() {
            guard let first = word.first else { continue }
            if Self.shellMarks.contains(first) {
                // A shell has computed the path, by a command that may have pipes of its own.
                let close = first == UInt8(ascii: "$") ? UInt8(ascii: ")") : first
                let quoted = word.dropFirst().prefix { $0 != close }
                paths.append(first == UInt8(ascii: "'") || first == ASCII.quote ? Self.path(quoted) : nil)
                var isClosed = word.dropFirst().contains(close) || word.elementsEqual("$".utf8)
                if first == UInt8(ascii: "$"), word.dropFirst().first != UInt8(ascii: "(") { isClosed = true }
                while !isClosed, let next = rest.popFirst() { isClosed = next.contains(close) }
                continue
            }
            switch first {
            case UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "#"): break words
            case UInt8(ascii: "|"):
                if Self.takesLinesOut(word.count > 1 ? word.dropFirst() : rest.first ?? []) { isFiltered = true }
            case UInt8(ascii: ">"): if word.count == 1 { _ = rest.popFirst() }
            case ASCII.minus: break
            default:
                // What follows a pipe are arguments of other programs.
                if word.starts(with: "2>".utf8) || isFiltered || Self.isAfterPipe(words, rest.startIndex) { continue }
                paths.append(Self.path(word))
            }
        }
        path = paths.isEmpty ? Path.root : paths.count == 1 ? paths[0] : nil
        self.isFiltered = isFiltered
    }

    /// Whether a pipe stands before the word that precedes an index.
    private static func isAfterPipe(_ words: [Octets], _ index: Int) -> Bool {
        words[..<max(words.startIndex, index - 1)].contains { $0.first == UInt8(ascii: "|") }
    }

    /// The path that a word names; nil if it rather is a word of a sentence.
    static func path(_ word: Octets) -> Octets? {
        guard !word.isEmpty, word.allSatisfy(Path.isCharacter) else { return nil }
        let path = word.count > 1 && word.last == ASCII.slash ? word.dropLast() : word
        let isPath = path.contains(ASCII.slash) || homeNames.contains { path.elementsEqual($0) }
        return isPath ? path : nil
    }

    /// What a domain's home has below it.
    private static let homeNames = [
        "attr", "backend", "console", "control", "cpu", "data", "device", "device-model", "drivers", "error",
        "feature", "hvmloader", "libxl", "memory", "messages", "store", "vm",
    ].map { Array($0.utf8) }

    /// The words from `xenstore-ls` on; nil if the line is not this command after a prompt or
    /// alone.
    private static func words(_ line: Octets) -> [Octets]? {
        let words = unquoted(parted(line))
        for (index, word) in words.enumerated() {
            let isTool = word.elementsEqual("xenstore-ls".utf8) || word.suffix(12).elementsEqual("/xenstore-ls".utf8)
            let isSubcommand =
                word.elementsEqual("xenstore".utf8) && index + 1 < words.count
                && words[index + 1].elementsEqual("ls".utf8)
            guard isTool || isSubcommand else { continue }
            guard index == 0 || isPrompt(words[..<index]) else { return nil }
            // The program and its subcommand are one word here.
            let name = isTool ? word : line[word.startIndex..<words[index + 1].endIndex]
            return [name] + words[(index + (isTool ? 1 : 2))...]
        }
        return nil
    }

    /// The words without what stands directly around the command: the marks of a prompt without a
    /// blank after it, and the quotes around a command for another host.
    private static func unquoted(_ words: [Octets]) -> [Octets] {
        guard
            let index = words.firstIndex(where: { word in
                word.count > 1 && leadingMarks.contains(word[word.startIndex])
                    && (word.dropFirst().elementsEqual("xenstore-ls".utf8)
                        || word.dropFirst().dropLast().elementsEqual("xenstore-ls".utf8)
                        || word.suffix(12).elementsEqual("/xenstore-ls".utf8)
                        || word.dropFirst().elementsEqual("xenstore".utf8))
            })
        else { return words }
        var words = words
        let mark = words[index][words[index].startIndex]
        words[index] = words[index].dropFirst()
        guard mark == ASCII.quote || mark == UInt8(ascii: "'") else {
            words.insert([mark], at: index)
            return words
        }
        if let last = words[index...].firstIndex(where: { $0.last == mark }) { words[last] = words[last].dropLast() }
        return words.filter { !$0.isEmpty }
    }

    private static let leadingMarks: Set<UInt8> = [
        ASCII.quote, UInt8(ascii: "'"), UInt8(ascii: "#"), UInt8(ascii: "$"),
    ]

    /// The words of a line; what a shell reads as a word of its own is one.
    private static func parted(_ line: Octets) -> [Octets] {
        var words: [Octets] = []
        for word in line.split(whereSeparator: { $0 == ASCII.space || $0 == ASCII.tab }) {
            var rest = word
            while let place = rest.dropFirst().firstIndex(where: { separators.contains($0) }),
                rest.first.map({ !shellMarks.contains($0) && $0 != UInt8(ascii: "2") }) ?? false
            {
                words.append(rest[..<place])
                rest = rest[place...]
                if separators.contains(rest[rest.startIndex]), rest.dropFirst().first.map(separators.contains) ?? false
                {
                    rest = rest.dropFirst()
                }
            }
            if !rest.isEmpty { words.append(rest) }
        }
        return words
    }

    private static let separators: Set<UInt8> = [UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "&")]

    /// Whether what stands before a command is a prompt, or runs it.
    private static func isPrompt(_ words: ArraySlice<Octets>) -> Bool {
        guard let last = words.last?.last else { return true }
        if [UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: ">")].contains(last) { return true }
        return words.contains { word in runners.contains { word.elementsEqual($0) } }
            || words.last.map { word in marks.contains { word.elementsEqual($0) } } == true
            || words.allSatisfy(isAssignment)
    }

    /// Whether a word sets a variable for the command after it, like `LANG=C`.
    private static func isAssignment(_ word: Octets) -> Bool {
        guard let equals = word.firstIndex(of: ASCII.equals), equals > word.startIndex else { return false }
        return word[..<equals].allSatisfy {
            UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 || $0 == UInt8(ascii: "_") || ASCII.isDigit($0)
        }
    }

    /// Words that end a prompt, that a shell prints before a command, or that join two.
    private static let marks = ["❯", "➜", "»", "+", "++", "&"].map { Array($0.utf8) }

    private static let shellMarks = [UInt8(ascii: "`"), UInt8(ascii: "$"), ASCII.quote, UInt8(ascii: "'")]
    private static let runners = [
        "sudo", "doas", "ssh", "exec", "time", "timeout", "watch", "env", "nice", "nohup", "stdbuf",
    ].map { Array($0.utf8) }

    /// Whether a program after a pipe may leave lines out.
    private static func takesLinesOut(_ program: Octets) -> Bool {
        !["less", "more", "cat", "tee", "nl", ""].contains { program.elementsEqual($0.utf8) }
    }

    /// Whether a line is a prompt, with or without a command.
    static func isPromptLine(_ line: Octets) -> Bool {
        let text = line.drop { $0 == ASCII.space }
        guard let mark = text.firstIndex(where: { [UInt8(ascii: "#"), UInt8(ascii: "$")].contains($0) }),
            mark + 1 == text.endIndex || text[mark + 1] == ASCII.space
        else { return false }
        let prompt = text[..<mark]
        return prompt.count < 200 && !prompt.contains(ASCII.equals)
            && (prompt.isEmpty || prompt.contains(ASCII.at) || prompt.first == UInt8(ascii: "[")
                || prompt.first == UInt8(ascii: "("))
    }
}
