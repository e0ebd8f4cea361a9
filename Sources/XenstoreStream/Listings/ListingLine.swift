/// A line of a listing that is about one node.
struct ListingLine {
    /// How a listing names its nodes.
    enum Form {
        /// By whole paths: `xenstore-ls -f`.
        case flat
        /// By names, indented below each other: `xenstore-ls`.
        case tree
        /// By whole paths, with the value after `=` alone.
        case pairs
    }

    let form: Form
    /// Columns before the name.
    let indent: Int
    /// The path or name, its escapes decoded.
    let name: Octets
    /// What is known of the value.
    let value: Octets
    let knowledge: ValueKnowledge
    /// Nil if the line has none, or they are unreadable.
    let perms: [Permission]?
    /// The columns of the terminal for which the tool cut the value; 0 if it is not cut.
    var cutWidth = 0

    /// What a line is.
    enum Parsed {
        case node(ListingLine)
        /// It begins like a node's line; the rest may be on the next line.
        case incomplete(Part)
        /// It names a node whose value could not be read.
        case unread(ListingLine)
        case other
    }

    /// In which part a line ends that is not whole.
    enum Part {
        case name, equals, value, perms
    }

    private static let equals = Array(" =".utf8)
    private static let beforeValue = Array(" = \"".utf8)
    private static let cutMark = Array("\\...".utf8)

    /// - Parameter line: what it says, without its end.
    static func parse(_ line: Octets) -> Parsed {
        var indent = 0
        var text = line
        while let byte = text.first, byte == ASCII.space || byte == ASCII.tab {
            indent = byte == ASCII.tab ? (indent / 8 + 1) * 8 : indent + 1
            text = text.dropFirst()
        }
        while let byte = text.last, byte == ASCII.space || byte == ASCII.tab { text = text.dropLast() }
        guard let first = text.first, Path.isCharacter(first) else { return .other }
        // The tools escape a tab, so this one is an editor's.
        if text.contains(ASCII.tab) { text = Octets(text.map { $0 == ASCII.tab ? ASCII.space : $0 }) }
        // A line of a diff.
        if first == ASCII.minus, text.dropFirst().first == ASCII.slash { return .other }
        let word = text.prefix(while: Path.isCharacter)
        let rest = text[word.endIndex...]
        // A path that a client wrote has no other bytes; one that a daemon restored may have any.
        if Path.isFixed(text), !rest.starts(with: beforeValue), let start = text.firstRange(of: beforeValue),
            isOddPath(text[..<start.lowerBound], hasPerms: text.last == ASCII.closeParenthesis)
        {
            return parse(name: text[..<start.lowerBound], text[start.lowerBound...], indent)
        }
        return parse(name: word, rest, indent)
    }

    /// Whether a line that is not used reads like a node's, so that a node may be missing.
    static func looksLikeNode(_ line: Octets) -> Bool {
        switch parse(line) {
        case .node, .unread, .incomplete(.equals), .incomplete(.value), .incomplete(.perms): true
        case .incomplete(.name), .other: Path.isAbsolute(line.drop { $0 == ASCII.space })
        }
    }

    /// Whether a daemon can have restored a node with this path, and the tool printed it.
    private static func isOddPath(_ path: Octets, hasPerms: Bool) -> Bool {
        // A name with a colon or a blank is rather a file's, in the output of another program.
        let isLikely = hasPerms || !(path.contains(ASCII.colon) || path.contains(ASCII.space))
        return isLikely && !path.contains(ASCII.equals) && ToolEscape.read(path) != nil
    }

    private static func parse(name: Octets, _ rest: Octets, _ indent: Int) -> Parsed {
        let isPath = name.contains(ASCII.slash) || Path.isSpecial(name)
        let form = isPath ? Form.flat : .tree
        func line(
            _ value: Octets, _ knowledge: ValueKnowledge, _ perms: [Permission]?, _ form: Form, columns: Int = 0
        ) -> Parsed {
            guard let name = ToolEscape.read(name) else { return .other }
            return .node(
                ListingLine(
                    form: form, indent: indent, name: name, value: value, knowledge: knowledge, perms: perms,
                    cutWidth: knowledge == .cut ? columns : 0))
        }
        if rest.starts(with: beforeValue) {
            let tail = rest.dropFirst(beforeValue.count)
            guard let end = valueEnd(tail) else {
                return .incomplete(tail.contains(ASCII.quote) && isOpen(tail) ? .perms : .value)
            }
            guard let (value, knowledge) = value(tail[..<end.quote], form) else { return .other }
            // The mark and the quotation mark end one column to the right of the terminal's edge.
            return line(value, knowledge, end.perms, form, columns: end.quote - name.startIndex)
        }
        if rest.starts(with: equals) {
            let tail = rest.dropFirst(equals.count).drop { $0 == ASCII.space }
            if tail.isEmpty { return .incomplete(.equals) }
            // A script that hides secrets took the value out.
            if tail.first == UInt8(ascii: "<"), let close = tail.lastIndex(of: UInt8(ascii: ">")) {
                let rest = tail[(close + 1)...]
                let perms = rest.isEmpty ? nil : permissions(rest)
                if rest.isEmpty || perms != nil { return line([], .unknown, perms, form) }
            }
            return .other
        }
        if rest.first == ASCII.equals {
            guard Path.isAbsolute(name) else { return .other }
            let raw = rest.dropFirst()
            if raw.first == ASCII.quote || raw.first == ASCII.space { return .other }
            return line(ToolEscape.read(raw) ?? raw, .whole, nil, .pairs)
        }
        if rest.elementsEqual([ASCII.colon]) {
            return .unread(
                ListingLine(form: form, indent: indent, name: name, value: [], knowledge: .unknown, perms: nil))
        }
        return rest.isEmpty ? .incomplete(.name) : .other
    }

    // MARK: Values and permissions

    /// Where the value's closing quotation mark is, and the permissions after it; nil if the line
    /// is not whole. The tools do not escape quotation marks, so the last one that fits counts.
    private static func valueEnd(_ tail: Octets) -> (quote: Int, perms: [Permission]?)? {
        if tail.last == ASCII.closeParenthesis, let open = tail.lastIndex(of: UInt8(ascii: "(")),
            let perms = TextPermissions.read(tail[(open + 1)..<tail.endIndex - 1], separator: ASCII.comma)
        {
            let filler = tail[..<open]
            if let quote = filler.lastIndex(of: ASCII.quote), quote + 1 < open,
                filler[(quote + 1)...].allSatisfy({ $0 == ASCII.space || $0 == ASCII.dot })
            {
                return (quote, perms)
            }
        }
        guard let last = tail.last else { return nil }
        if last == ASCII.quote { return (tail.endIndex - 1, nil) }
        // Dots lead to permissions; without them the line is cut after the value.
        guard let quote = tail.lastIndex(of: ASCII.quote), quote + 1 < tail.endIndex,
            tail[(quote + 1)...].allSatisfy({ $0 == ASCII.space || $0 == ASCII.dot })
        else { return nil }
        return (quote, nil)
    }

    /// Whether permissions begin after the last quotation mark, and do not end.
    private static func isOpen(_ tail: Octets) -> Bool {
        guard let quote = tail.lastIndex(of: ASCII.quote) else { return false }
        let filler = tail[(quote + 1)...].drop { $0 == ASCII.space || $0 == ASCII.dot }
        guard filler.first == UInt8(ascii: "(") else { return false }
        return filler.dropFirst().allSatisfy {
            ASCII.isDigit($0) || $0 == ASCII.comma || Permission.isLetter($0)
        }
    }

    /// The permissions that a line consists of; nil if it is another line.
    static func permissions(_ line: Octets) -> [Permission]? {
        let text = line.drop { $0 == ASCII.space || $0 == ASCII.dot }
        let end = text.lastIndex { $0 != ASCII.space } ?? text.startIndex
        guard text.first == UInt8(ascii: "("), !text.isEmpty, text[end] == ASCII.closeParenthesis, end > text.startIndex
        else {
            return nil
        }
        return TextPermissions.read(text[(text.startIndex + 1)..<end], separator: ASCII.comma)
    }

    /// The value of its text between quotation marks; nil if it has an escape that the tools do not
    /// write.
    private static func value(_ text: Octets, _ form: Form) -> (Octets, ValueKnowledge)? {
        // The tools write a backslash of the value as two, so this mark is theirs.
        if text.suffix(cutMark.count).elementsEqual(cutMark), !isEscaped(text, at: text.endIndex - cutMark.count) {
            var known = text.dropLast(cutMark.count)
            // The cut may go through an escape.
            for _ in 0...3 {
                if let value = ToolEscape.read(known) { return (value, .cut) }
                known = known.dropLast()
            }
            return nil
        }
        return ToolEscape.read(text).map { ($0, .whole) }
    }

    /// Whether the backslash at an index is the second of two.
    private static func isEscaped(_ text: Octets, at index: Int) -> Bool {
        let backslashes = text[..<index].reversed().prefix { $0 == ASCII.backslash }.count
        return backslashes % 2 == 1
    }
}
