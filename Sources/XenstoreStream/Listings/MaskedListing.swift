/// The lines of a listing without secrets, and without anything that people wrote around it.
///
/// What makes a listing readable stays: its nodes' lines, the command that printed it, prompts,
/// fences, marks of a quotation and of lines that were left out.
package enum MaskedListing {
    /// A line that does not describe a node, in which every other word is masked.
    package static func prose(_ bytes: Octets) -> [UInt8] {
        let line = bytes.filter { $0 != 0 }
        let isCommand = SourceText(line).lines.contains { ListingCommand($0.content) != nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var rest = bytes
        while let first = rest.first {
            let word = rest.prefix { !isBlank($0) }
            guard !word.isEmpty else {
                result.append(first)
                rest = rest.dropFirst()
                continue
            }
            result +=
                isCommand && isArgument(word) || known.contains { word.elementsEqual($0) } ? Array(word) : mask(word)
            rest = rest[word.endIndex...]
        }
        return result
    }

    /// The line of a node whose value is secret: the value is masked where it is.
    package static func value(_ bytes: Octets) -> [UInt8] {
        guard let equals = bytes.firstIndex(of: ASCII.equals) else { return mask(bytes) }
        var start = equals + 1
        // An equals sign of a quoted-printable text.
        if bytes[start...].starts(with: "3D".utf8) { start += 2 }
        while start < bytes.endIndex, isBlank(bytes[start]) { start += 1 }
        let marks: [UInt8: UInt8] = [ASCII.quote: ASCII.quote, UInt8(ascii: "<"): UInt8(ascii: ">")]
        guard start < bytes.endIndex, let close = marks[bytes[start]] else {
            return bytes[..<start] + mask(bytes[start...])
        }
        start += 1
        guard let end = bytes[start...].lastIndex(of: close) else {
            return bytes[..<start] + mask(bytes[start...])
        }
        let filler = bytes[end...].map { isFiller($0) || $0 == close ? $0 : ASCII.x }
        return bytes[..<start] + mask(bytes[start..<end]) + filler
    }

    /// A line's bytes as the letter x, except for its ends and marks of a quotation at its start.
    private static func mask(_ bytes: Octets) -> [UInt8] {
        var isStart = false
        return bytes.map { byte in
            if isBlank(byte) {
                if byte == ASCII.newline { isStart = true }
                return byte
            }
            if isStart && byte == UInt8(ascii: ">") { return byte }
            isStart = false
            return ASCII.x
        }
    }

    /// NUL is half a character of UTF-16.
    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == ASCII.space || byte == ASCII.tab || byte == ASCII.newline || byte == ASCII.carriageReturn || byte == 0
    }

    /// Whether a byte may be between a value and the permissions, or part of these.
    private static func isFiller(_ byte: UInt8) -> Bool {
        isBlank(byte) || ASCII.isDigit(byte) || Permission.isLetter(byte)
            || [ASCII.dot, ASCII.comma, ASCII.closeParenthesis, UInt8(ascii: "("), ASCII.backslash].contains(byte)
    }

    /// Whether a word of the command that printed the listing is an option or a path.
    private static func isArgument(_ word: Octets) -> Bool {
        if word.first == ASCII.minus { return word.count == 2 }
        return ListingCommand.path(word) != nil || word.suffix(12).elementsEqual("/xenstore-ls".utf8)
    }

    private static let known = [
        "xenstore-ls", "xenstore", "ls", "xenstore-ls:", "could", "not", "access", "$", "#", "%", ">", "|", "grep",
        "head", "tail", "less", "more", "cat", "tee", "...", "[...]", "(...)", "<snip>", "[snip]", "--More--", "<...>",
        "```", "~~~", "{code}", "{noformat}", "[code]", "[/code]", "<pre>", "</pre>", "<code>", "</code>",
        "xs_directory",
    ].map { Array($0.utf8) }
}
