/// Joins lines that a mailer or a terminal has wrapped.
struct LineJoiner {
    let lines: [SourceLine]
    /// The stretches between blank lines, prompts and fences, which may come from different places.
    private let stretches: [Stretch]

    private struct Stretch {
        /// The index after its last line.
        let end: Int
        /// The columns at which a terminal wrapped long lines in the middle of a word; nil if a
        /// mailer wrapped them at blanks, or none is wrapped.
        let hardWidth: Int?
        /// Whether the broken lines are too few to show who broke them.
        let isDoubtful: Bool
        /// The columns before every line.
        let indent: Int
    }

    /// More lines than a value's text takes when wrapped at a narrow width.
    private static let most = 4096
    /// Bytes of a value that is escaped byte for byte, with its path.
    private static let longest = 1 << 18
    /// Bytes of the longest path, escaped.
    private static let longestName = 4 * 3072
    /// Bytes of 255 permissions.
    private static let longestPermissions = 255 * 7

    init(_ lines: [SourceLine]) {
        self.lines = lines
        var stretches: [Stretch] = []
        var start = 0
        for (index, line) in lines.enumerated() where Self.isBoundary(line) {
            stretches.append(Self.stretch(lines, start..<index + 1))
            start = index + 1
        }
        stretches.append(Self.stretch(lines, start..<lines.count))
        self.stretches = stretches
    }

    private static func isBoundary(_ line: SourceLine) -> Bool {
        // Almost every line is a node's, and ends like this.
        if line.content.last == ASCII.quote || line.content.last == ASCII.closeParenthesis { return false }
        return line.isBlank || line.isFence || ListingCommand(line.content) != nil
            || ListingCommand.isPromptLine(line.content)
    }

    private static func stretch(_ lines: [SourceLine], _ range: Range<Int>) -> Stretch {
        var widths: [Int: Int] = [:]
        var longest = 0
        var indent = Int.max
        for index in range {
            let line = lines[index]
            longest = max(longest, line.width)
            let isWhole = line.content.last == ASCII.quote || line.content.last == ASCII.closeParenthesis
            if !isWhole || index == range.lowerBound || indent > 0 {
                indent = min(indent, indentOfNode(line) ?? indent)
            }
            if isWhole || index + 1 >= lines.count { continue }
            guard case .incomplete(let part) = ListingLine.parse(line.content) else { continue }
            if case .name = part, !Path.isAbsolute(line.content.drop { $0 == ASCII.space }) { continue }
            widths[line.width, default: 0] += 1
        }
        let hardWidth = hardWidth(widths, longest: longest)
        let count = widths.values.reduce(0, +)
        let nearest = widths.keys.min() ?? 0
        return Stretch(
            end: range.upperBound, hardWidth: hardWidth,
            isDoubtful: hardWidth == nil && count < fewest && longest - nearest <= 2,
            indent: indent == .max ? 0 : indent)
    }

    private static func indentOfNode(_ line: SourceLine) -> Int? {
        switch ListingLine.parse(line.content) {
        case .node(let node): node.indent
        case .incomplete, .unread, .other: nil
        }
    }

    /// So many broken lines show who broke them.
    private static let fewest = 4

    /// The width that broken lines have if a terminal broke them: the longest of all lines, for
    /// almost all of them.
    private static func hardWidth(_ widths: [Int: Int], longest: Int) -> Int? {
        guard longest >= 20, let count = widths[longest], count >= fewest else { return nil }
        return 5 * count >= 4 * widths.values.reduce(0, +) ? longest : nil
    }

    private func stretch(_ index: Int) -> Stretch? {
        var (low, high) = (0, stretches.count)
        while low < high {
            let middle = (low + high) / 2
            if stretches[middle].end > index { high = middle } else { low = middle + 1 }
        }
        return low < stretches.count ? stretches[low] : nil
    }

    /// The node of the line at an index together with the lines after it.
    /// - Returns: the node, nil if they are not a whole line; and the index after the lines that
    ///   were tried.
    func join(_ index: Int) -> (line: ListingLine?, end: Int) {
        var text = lines[index].content
        guard case .incomplete(var part) = ListingLine.parse(text), let stretch = stretch(index) else {
            return (nil, index + 1)
        }
        var place = index + 1
        while place < min(lines.count, index + Self.most), text.count < Self.longest {
            let next = lines[place]
            let width = lines[place - 1].width
            if next.isBlank || next.isFence || isAnother(next.content, part, isHard: width == stretch.hardWidth) {
                break
            }
            guard let joined = joined(text, next.content, part, width: width, stretch) else { break }
            text = joined
            place += 1
            // Reading everything again after each line would take long for a hostile text.
            if part == .value && !Self.mayEndValue(text) { continue }
            switch ListingLine.parse(text) {
            case .node(let line): return (line, place)
            case .incomplete(let next): part = next
            case .unread, .other: return (nil, place)
            }
        }
        return (nil, place)
    }

    /// Whether a line begins a node of its own. A terminal may wrap a path before a slash, a mailer
    /// does not.
    private func isAnother(_ content: Octets, _ part: ListingLine.Part, isHard: Bool) -> Bool {
        switch ListingLine.parse(content) {
        case .node(let other): !isHard || (part != .name && other.form != .tree)
        case .incomplete(let part): !isHard && part != .perms && Self.isPath(content)
        case .unread, .other: false
        }
    }

    private static func isPath(_ content: Octets) -> Bool {
        Path.isAbsolute(content.drop { $0 == ASCII.space || $0 == ASCII.tab })
    }

    /// Whether a value, or permissions after it, may end with the text.
    private static func mayEndValue(_ text: Octets) -> Bool {
        guard let end = text.lastIndex(where: { $0 != ASCII.space && $0 != ASCII.tab && $0 != ASCII.dot }) else {
            return false
        }
        if text[end] == ASCII.quote { return true }
        return text[end] == ASCII.closeParenthesis
            && text[..<end].suffix(longestPermissions).contains(UInt8(ascii: "("))
    }

    private func joined(
        _ text: Octets, _ next: Octets, _ part: ListingLine.Part, width: Int, _ stretch: Stretch
    ) -> Octets? {
        let head = text[..<(text.lastIndex { $0 != ASCII.space }.map { $0 + 1 } ?? text.endIndex)]
        let tail = next.drop { $0 == ASCII.space || $0 == ASCII.tab }
        switch part {
        case .name:
            // A path has no blanks: what follows is its rest, or the value.
            if tail.first == ASCII.equals { return head + [ASCII.space] + tail }
            return width == stretch.hardWidth || (Self.isPath(head) && head.count < Self.longestName)
                ? head + tail : nil
        case .equals:
            return tail.first == ASCII.quote ? head + [ASCII.space] + tail : nil
        case .perms: return head + tail
        case .value:
            if let hardWidth = stretch.hardWidth, (0...2).contains(hardWidth - width) {
                // Blanks at the end of a line may have been left out.
                let text = text + Array(repeating: ASCII.space, count: hardWidth - width)
                return text + next.dropFirst(min(stretch.indent, next.prefix { $0 == ASCII.space }.count))
            }
            // A mailer wraps at blanks, and leaves one of them or none.
            if text.last == ASCII.space { return text + tail }
            if stretch.isDoubtful { return joinedInDoubt(head, tail) }
            return head + [ASCII.space] + tail
        }
    }
    private static let cutMark = Array("\\...".utf8)

    /// One broken line does not show whether there was a blank. Long values without blanks, like
    /// paths, have none; of others the part before the break is known.
    private func joinedInDoubt(_ head: Octets, _ tail: Octets) -> Octets? {
        guard let open = head.firstIndex(of: ASCII.quote), let close = tail.lastIndex(of: ASCII.quote) else {
            return nil
        }
        let (start, rest) = (head[(open + 1)...], tail[..<close])
        if start.count >= 12, !start.contains(ASCII.space), !rest.contains(ASCII.space) { return head + tail }
        return head + Self.cutMark + tail[close...]
    }
}
