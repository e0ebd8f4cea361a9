/// Joins lines that a mailer or a terminal has wrapped.
struct LineJoiner {
    let lines: [SourceLine]
    /// The columns at which a terminal wrapped long lines in the middle of a word; nil if a mailer
    /// wrapped them at blanks, or nobody did.
    private let hardWidth: Int?

    /// More lines than a value's text can take when wrapped at a narrow width.
    private static let most = 4096

    init(_ lines: [SourceLine]) {
        self.lines = lines
        hardWidth = Self.hardWidth(lines)
    }

    /// The width that all broken lines have, if none is broken before it.
    private static func hardWidth(_ lines: [SourceLine]) -> Int? {
        var widths: [Int: Int] = [:]
        var longest = 0
        for (index, line) in lines.enumerated() {
            longest = max(longest, line.width)
            // Almost every line is whole, and ends like this.
            if line.content.last == ASCII.quote || line.content.last == ASCII.closeParenthesis { continue }
            guard index + 1 < lines.count, case .incomplete(let part) = ListingLine.parse(line.content) else { continue }
            if case .name = part, !Path.isAbsolute(line.content.drop { $0 == ASCII.space }) { continue }
            widths[line.width, default: 0] += 1
        }
        guard longest >= 20, let count = widths[longest] else { return nil }
        let isUsual = longest % 10 == 0 || longest == 132
        return widths.count == 1 && (count > 1 || isUsual) ? longest : nil
    }

    /// The node of the line at an index together with the lines after it, and the index after them;
    /// nil if they are not a whole line.
    func join(_ index: Int, isNode: (ListingLine) -> Bool) -> (line: ListingLine, end: Int)? {
        var text = lines[index].content
        var part: ListingLine.Part
        guard case .incomplete(let first) = ListingLine.parse(text) else { return nil }
        part = first
        var place = index + 1
        while place < min(lines.count, index + Self.most), text.count < 1 << 20 {
            let next = lines[place]
            if next.isBlank || next.isFence { return nil }
            // A line with a path of its own is not the rest of another one.
            if case .node(let other) = ListingLine.parse(next.content), other.form != .tree, Path.isAbsolute(other.name) {
                return nil
            }
            guard let joined = joined(text, next.content, part, width: lines[place - 1].width) else { return nil }
            text = joined
            place += 1
            switch ListingLine.parse(text) {
            case .node(let line): return isNode(line) ? (line, place) : nil
            case .incomplete(let next): part = next
            case .unread, .other: return nil
            }
        }
        return nil
    }

    private func joined(_ text: Octets, _ next: Octets, _ part: ListingLine.Part, width: Int) -> Octets? {
        let head = text[..<(text.lastIndex { $0 != ASCII.space }.map { $0 + 1 } ?? text.endIndex)]
        let tail = next.drop { $0 == ASCII.space || $0 == ASCII.tab }
        switch part {
        case .name:
            // A path has no blanks: what follows is its rest, or the value.
            if tail.first == ASCII.equals { return head + [ASCII.space] + tail }
            return Path.isAbsolute(head.drop { $0 == ASCII.space }) || width == hardWidth ? head + tail : nil
        case .equals:
            return tail.first == ASCII.quote ? head + [ASCII.space] + tail : nil
        case .perms: return head + tail
        case .value:
            if width == hardWidth { return text + next }
            // A mailer wraps at blanks, and leaves one of them or none.
            if text.last == ASCII.space { return text + tail }
            return head + [ASCII.space] + tail
        }
    }
}
