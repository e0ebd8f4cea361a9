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
        var path: Octets? = Path.root
        var isFiltered = false
        var isOption = true
        var rest = words.dropFirst()
        while let word = rest.popFirst() {
            if Self.ends.contains(where: { word.starts(with: $0) }) {
                isFiltered =
                    word.first == UInt8(ascii: "|") && Self.takesLinesOut(word.dropFirst() + (rest.first ?? []))
                break
            }
            if let first = word.first, Self.shellMarks.contains(first) {
                // A shell has computed the path, by a command that may have pipes of its own.
                path = nil
                let close = first == UInt8(ascii: "$") ? UInt8(ascii: ")") : first
                var isClosed = word.dropFirst().contains(close)
                while !isClosed, let next = rest.popFirst() { isClosed = next.contains(close) }
                isOption = false
                continue
            }
            if isOption && word.first == ASCII.minus {
                if word.elementsEqual("--".utf8) { isOption = false }
                continue
            }
            path = Self.isPath(word) ? word : nil
        }
        self.path = path.map { $0.count > 1 && $0.last == ASCII.slash ? $0.dropLast() : $0 }
        self.isFiltered = isFiltered || rest.contains { $0.starts(with: "grep".utf8) }
    }

    /// The words from `xenstore-ls` on; nil if the line is not this command after a prompt or
    /// alone.
    private static func words(_ line: Octets) -> [Octets]? {
        let words = line.split { $0 == ASCII.space || $0 == ASCII.tab }
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

    /// Whether what stands before a command is a prompt, or runs it.
    private static func isPrompt(_ words: ArraySlice<Octets>) -> Bool {
        guard let last = words.last?.last else { return true }
        if [UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: ">")].contains(last) { return true }
        return words.contains { word in runners.contains { word.elementsEqual($0) } }
    }

    private static let shellMarks = [UInt8(ascii: "`"), UInt8(ascii: "$"), ASCII.quote, UInt8(ascii: "'")]
    private static let runners = ["sudo", "ssh", "exec", "time", "watch"].map { Array($0.utf8) }
    private static let ends = ["|", ";", ">", "2>", "&", "#"].map { Array($0.utf8) }

    private static func isPath(_ word: Octets) -> Bool {
        word.allSatisfy(Path.isCharacter)
    }

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
