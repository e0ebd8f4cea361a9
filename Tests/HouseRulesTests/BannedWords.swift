import Testing

/// The words and phrases that nothing here uses, and where they occur.
struct BannedWords {
    private struct Word {
        let hash: UInt64
        let offset: Int
        /// Whether anything but spaces is between this word and the one before.
        let begins: Bool
    }

    /// In lower case, by the table of docs/glossary.md.
    let phrases: [String]
    private let hashes: [[UInt64]]
    /// Whether the low bits of a hash are those of the first word of a phrase.
    private let begins: [Bool]

    init(_ phrases: [String]) {
        self.phrases = phrases.map { $0.lowercased() }
        hashes = self.phrases.map { phrase in Self.words(in: Array(phrase.utf8)).map(\.hash) }
        var begins = [Bool](repeating: false, count: 1024)
        for hashes in hashes {
            if let first = hashes.first { begins[Int(first & 1023)] = true }
        }
        self.begins = begins
    }

    /// The phrases of the table headed `| not | but |`.
    static func byTheDocument(_ document: Markdown) throws -> BannedWords {
        let tables = document.tables(headed: "| not | but |")
        try #require(tables.count == 1, "docs/glossary.md has one table headed '| not | but |'")
        let phrases = tables[0].rows.compactMap { Markdown.codeSpans($0.first ?? "").first }
        try #require(phrases.count == tables[0].rows.count && !phrases.isEmpty)
        return BannedWords(phrases)
    }

    /// - Parameter prose: the text in question, with zeros for everything that is not part of it.
    func occurrences(in prose: [UInt8]) -> [(offset: Int, phrase: String)] {
        let words = Self.words(in: prose)
        var occurrences: [(offset: Int, phrase: String)] = []
        for (index, word) in words.enumerated() where begins[Int(word.hash & 1023)] {
            for (phrase, hashes) in hashes.enumerated() where matches(hashes, words[index...]) {
                occurrences.append((word.offset, phrases[phrase]))
            }
        }
        return occurrences
    }

    private func matches(_ hashes: [UInt64], _ words: ArraySlice<Word>) -> Bool {
        guard !hashes.isEmpty, hashes.count <= words.count else { return false }
        for (index, hash) in hashes.enumerated() {
            let word = words[words.startIndex + index]
            if word.hash != hash || index > 0 && word.begins { return false }
        }
        return true
    }

    private static func words(in prose: [UInt8]) -> [Word] {
        var words: [Word] = []
        var begins = true
        var index = 0
        while index < prose.count {
            var byte = prose[index]
            guard byte.isWord else {
                if byte != 0x20 && byte != 0x0A { begins = true }
                index += 1
                continue
            }
            let start = index
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            repeat {
                let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
                hash = (hash ^ UInt64(lower)) &* 0x100_0000_01B3
                index += 1
                byte = index < prose.count ? prose[index] : 0
            } while byte.isWord
            words.append(Word(hash: hash, offset: start, begins: begins))
            begins = false
        }
        return words
    }
}
