/// The listings in a text that was pasted, saved or mailed.
///
/// The whole text is looked at, so prompts, other commands and prose may stand before, between and
/// after them.
struct ListingText {
    let source: SourceText
    private(set) var blocks: [ListingBlock] = []
    private let joiner: LineJoiner

    /// The first line that may begin a wrapped line: the lines before it were tried.
    private var joinable = 0
    /// What stands after the last block's lines.
    private var gap = Gap()
    private var command: ListingCommand?
    /// The paths, or for a tree the names at its top, of the last block, as far as they were
    /// needed.
    private var names: Set<Octets> = []
    private var namedEntries = 0

    /// What stands between two lines of nodes.
    private struct Gap {
        var hasBlank = false
        var hasProse = false
        /// A command, a prompt or a fence: what follows is another listing.
        var hasBoundary = false
        /// The line before begins like a node's, and its rest was not found.
        var isBroken = false
    }

    /// - Parameter bytes: the text, or any other file.
    init(_ bytes: [UInt8]) {
        source = SourceText(bytes)
        joiner = LineJoiner(source.lines)
        var index = 0
        while index < source.lines.count { index = read(index) }
        blocks.removeAll { $0.entries.isEmpty }
    }

    /// Whether the text is a diff, which has lines of two listings.
    var isDiff: Bool {
        source.lines.indices.dropLast().contains { index in
            source.lines[index].content.starts(with: "--- ".utf8)
                && source.lines[index + 1].content.starts(with: "+++ ".utf8)
        }
    }

    /// The listings that are certain.
    var certain: [ListingBlock] {
        blocks.filter(\.isCertain)
    }

    /// Whether the file may be a text: it has no NUL where UTF-16 has none.
    static func mayBeText(_ bytes: [UInt8]) -> Bool {
        TextEncoding(bytes[...]).unitSize == 2 || !bytes.prefix(1 << 16).contains(0)
    }

    // MARK: Lines

    /// Reads the line at an index, and those that belong to it.
    /// - Returns: the index after them.
    private mutating func read(_ index: Int) -> Int {
        let line = source.lines[index]
        if line.isBlank {
            gap.isBroken = false
            gap.hasBlank = true
            return index + 1
        }
        if line.isFence {
            gap.hasBoundary = true
            return index + 1
        }
        switch ListingLine.parse(line.content) {
        case .node(let node) where !isStray(node, line): return add(node, index, index + 1)
        case .incomplete(let part) where ListingCommand(line.content) == nil:
            if index >= joinable {
                let (node, end) = joiner.join(index)
                if let node { return add(node, index, end) }
                joinable = end
            }
            // In a tree, what follows half a name is its rest; what follows half a value is a node.
            gap.isBroken = part == .name || blocks.last?.form != .tree
            if part == .name { gap.hasProse = true }
            return index + 1
        case .unread(let node):
            if !isError(index), node.form == .flat || isError(index + 1) || isWithinListing(index) {
                let end = add(node, index, index + 1)
                blocks[blocks.count - 1].hasErrors = true
                return end
            }
        case .node, .incomplete, .other: break
        }
        gap.isBroken = false
        if isError(index) {
            noteError(line)
            if gap.hasBoundary { command = nil }
            return index + 1
        }
        if Self.isElision(line.content), !blocks.isEmpty {
            blocks[blocks.count - 1].endsEarly = true
            if blocks[blocks.count - 1].form == .tree { gap.hasBoundary = true }
            return index + 1
        }
        if let command = ListingCommand(line.content) {
            self.command = command
            gap.hasBoundary = true
        } else if ListingCommand.isPromptLine(line.content) {
            command = nil
            gap.hasBoundary = true
        } else {
            // What a command prints follows it.
            command = nil
            gap.hasProse = true
        }
        return index + 1
    }

    private static let elisions = ["...", "[...]", "(...)", "<snip>", "[snip]", "--More--", "<...>", "…", "[…]"].map {
        Array($0.utf8)
    }

    /// Whether the line stands for lines that were left out.
    private static func isElision(_ content: Octets) -> Bool {
        let text = content.drop { $0 == ASCII.space }
        let end = text.lastIndex { $0 != ASCII.space }.map { $0 + 1 } ?? text.startIndex
        return elisions.contains { text[..<end].elementsEqual($0) }
    }

    /// Whether the lines before and after the one at an index are nodes': a name with a colon is
    /// then a node whose value could not be read, without a message.
    private func isWithinListing(_ index: Int) -> Bool {
        guard !blocks.isEmpty, !gap.hasBlank, !gap.hasProse, !gap.hasBoundary, index + 1 < source.lines.count,
            case .node = ListingLine.parse(source.lines[index + 1].content)
        else { return false }
        return true
    }

    // MARK: Errors of the tool

    private static let errorStart = Array("xenstore-ls:".utf8)
    private static let accessError = Array("could not access".utf8)
    private static let lastMessage = Array("xs_directory".utf8)

    /// Whether the line is an error message of the tool. The message of the tool's own library may
    /// be on the next line.
    private func isError(_ index: Int) -> Bool {
        guard index < source.lines.count else { return false }
        let text = source.lines[index].content.drop { $0 == ASCII.space }
        return text.starts(with: Self.errorStart) || text.starts(with: Self.accessError)
    }

    private mutating func noteError(_ line: SourceLine) {
        guard !blocks.isEmpty else { return }
        blocks[blocks.count - 1].hasErrors = true
        if line.content.firstRange(of: Self.lastMessage) != nil { blocks[blocks.count - 1].endsEarly = true }
    }

    // MARK: Blocks

    private mutating func add(_ node: ListingLine, _ start: Int, _ next: Int) -> Int {
        var (node, end) = (node, next)
        // A mailer may have put the permissions on a line of their own.
        if node.perms == nil, node.form != .pairs, end < source.lines.count,
            let perms = ListingLine.permissions(source.lines[end].content)
        {
            node = ListingLine(
                form: node.form, indent: node.indent, name: node.name, value: node.value, knowledge: node.knowledge,
                perms: perms)
            end += 1
        }
        if beginsBlock(node, source.lines[start], next: end) {
            var block = ListingBlock(form: node.form, command: command)
            block.quoteDepth = source.lines[start].quoteDepth
            blocks.append(block)
            command = nil
            names = []
            namedEntries = 0
        }
        gap = Gap()
        blocks[blocks.count - 1].entries.append(ListingEntry(line: node, lines: start..<end))
        return end
    }

    /// Whether a line between those of whole paths only looks like one of a tree: the rest of a
    /// line that was wrapped.
    private func isStray(_ node: ListingLine, _ line: SourceLine) -> Bool {
        if node.form == .tree && gap.isBroken { return true }
        // A remark within a quoted listing.
        let isAdjacent = !gap.hasBlank && !gap.hasProse && !gap.hasBoundary
        return isAdjacent && line.quoteDepth < blocks.last?.quoteDepth ?? 0
    }

    /// Whether the last block has a node with this name, or a tree has it at its top.
    private mutating func hasName(_ name: Octets) -> Bool {
        guard let block = blocks.last, let first = block.entries.first?.line else { return false }
        for entry in block.entries[namedEntries...] where block.form != .tree || entry.line.indent <= first.indent {
            names.insert(entry.line.name)
        }
        namedEntries = block.entries.count
        return names.contains(name)
    }

    /// Whether the line at an index repeats the second node of a block, whose first one was
    /// repeated before it.
    private func repeats(_ block: ListingBlock, _ index: Int) -> Bool {
        guard block.entries.count > 1 else { return true }
        guard index < source.lines.count, case .node(let node) = ListingLine.parse(source.lines[index].content) else {
            return gap.hasBlank || gap.hasProse
        }
        return node.name == block.entries[1].line.name
    }

    /// Whether a node's line is the first of another listing.
    private mutating func beginsBlock(_ node: ListingLine, _ line: SourceLine, next: Int) -> Bool {
        guard let block = blocks.last, let first = block.entries.first?.line else { return true }
        if gap.hasBoundary || node.form != block.form { return true }
        // The same listing again.
        if node.name == first.name && node.indent == first.indent && repeats(block, next) { return true }
        if line.quoteDepth != block.quoteDepth { return true }
        guard node.form == .tree else { return gap.hasProse && hasName(node.name) }
        if node.indent < first.indent { return true }
        guard node.indent == first.indent else { return false }
        // A reader's remark in a quoted listing does not end it.
        if gap.hasProse && line.quoteDepth == 0 { return true }
        return (gap.hasBlank || gap.hasProse) && hasName(node.name)
    }
}
