/// Whether a listing ends within a line, so that what would follow is missing.
///
/// A text may lose its last newline when it is pasted. So a last line that is whole is no sign.
struct ListingCut {
    private let block: ListingBlock
    /// The lines after the listing's, up to a blank one.
    private let rest: ArraySlice<SourceLine>
    /// The last line of the text; nil if the text ends with the end of a line.
    private let unended: SourceLine?

    /// - Parameters:
    ///   - block: the listing.
    ///   - lines: the lines of the text.
    ///   - endsLine: whether the text ends with the end of a line.
    init(_ block: ListingBlock, _ lines: [SourceLine], endsLine: Bool) {
        self.block = block
        let after = lines[min(block.end, lines.count)...]
        rest = after.prefix { !$0.isBlank && !$0.isFence }
        let isLast = after.dropFirst(rest.count).allSatisfy(\.isBlank)
        unended = endsLine || !isLast ? nil : lines.last
    }

    /// Whether the listing is cut off.
    var isCut: Bool {
        guard let next = rest.first else { return lacksPermissions || endsInIndentation }
        if ListingCommand(next.content) != nil || ListingCommand.isPromptLine(next.content) { return false }
        switch ListingLine.parse(next.content) {
        case .incomplete(.equals), .incomplete(.value), .incomplete(.perms): return true
        case .incomplete(.name): return unended != nil && rest.count == 1 && beginsName(next.content)
        case .node, .unread, .other: return false
        }
    }

    /// Whether the last node has no permissions, and all others have.
    private var lacksPermissions: Bool {
        guard unended != nil, block.entries.count > 1, block.entries.last?.line.perms == nil else { return false }
        return block.entries.dropLast().allSatisfy { $0.line.perms != nil }
    }

    private var endsInIndentation: Bool {
        block.form == .tree && unended.map { $0.isBlank && !$0.content.isEmpty } ?? false
    }

    /// Whether a word can be the beginning of a line like those of the listing, and not prose.
    private func beginsName(_ line: Octets) -> Bool {
        if block.form == .tree { return line.first == ASCII.space || line.first == ASCII.tab }
        return Path.isFixed(line) || !(block.entries.first.map { Path.isFixed($0.line.name) } ?? true)
    }
}
