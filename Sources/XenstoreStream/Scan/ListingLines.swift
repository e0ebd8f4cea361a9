/// A text with one listing, in pieces that cover every byte: the lines of its nodes, and the
/// others.
struct ListingLines {
    /// A line, or the lines that make one.
    struct Piece {
        let range: Range<Int>
        /// Nil if the lines are no node's.
        let node: NodeData?
        /// Why the lines are no node's, if they look like one's or stand within the listing.
        let problem: String?
        /// Whether the piece is an entry of the listing, used or not.
        let isItem: Bool
    }

    let root: TreeRoot
    let coverage: Coverage
    /// Whether the text ends within a line of the listing.
    private(set) var isCut = false
    private(set) var pieces: [Piece] = []
    /// Lines around the listing, like prompts and prose, and the first piece that is one.
    private(set) var otherLines = 0
    private(set) var firstOther = 0
    /// What was done to read the text, one of each kind; `item` counts the entries of the listing.
    private(set) var remarks: [(rule: Rule, item: Int?, message: String)] = []

    /// - Parameters:
    ///   - bytes: the text. Its first listing is read, or the first certain one.
    ///   - root: where the tree hangs, as the user said; nil: as the text says.
    init(_ bytes: [UInt8], root: TreeRoot?) {
        let text = ListingText(bytes)
        guard var block = text.certain.first ?? text.blocks.first else {
            self.root = root ?? TreeRoot([], .unknown)
            coverage = Coverage([Coverage.Kind]())
            for line in text.source.lines {
                pieces.append(
                    Piece(range: line.range, node: nil, problem: "the line does not describe a node", isItem: false))
            }
            return
        }
        block.isCut = ListingCut(block, text.source.lines, endsLine: TextEncoding.endsLine(bytes)).isCut
        isCut = block.isCut
        let reader = ListingReader(block, root: root)
        self.root = reader.root
        coverage = reader.coverage
        var next = 0
        for item in reader.items {
            addOthers(text.source, next..<item.entry.lines.lowerBound, isWithin: next > 0)
            next = item.entry.lines.upperBound
            let lines = text.source.lines[item.entry.lines]
            guard let first = lines.first, let last = lines.last else { continue }
            pieces.append(
                Piece(
                    range: first.range.lowerBound..<last.range.upperBound, node: item.problem == nil ? item.node : nil,
                    problem: item.problem, isItem: true))
        }
        addOthers(text.source, next..<text.source.lines.count, isWithin: false)
        note(text.source)
        remarks += reader.remarks.map { ($0.rule, $0.item, $0.message) }
    }

    /// - Parameter isWithin: whether the lines stand within the listing, not around it.
    private mutating func addOthers(_ source: SourceText, _ indices: Range<Int>, isWithin: Bool) {
        for index in indices {
            let line = source.lines[index]
            var problem: String?
            if !line.isBlank && !line.isFence {
                if isWithin || ListingLine.looksLikeNode(line.content) {
                    problem = "the line does not describe a node"
                } else {
                    if otherLines == 0 { firstOther = pieces.count }
                    otherLines += 1
                }
            }
            pieces.append(Piece(range: line.range, node: nil, problem: problem, isItem: false))
        }
    }

    private mutating func note(_ source: SourceText) {
        if source.encoding != .utf8 {
            remarks.append((.textEncoding, nil, "the text is \(source.encoding.rawValue)"))
        }
        if source.isQuotedPrintable {
            remarks.append((.quotedPrintable, nil, "the text is quoted-printable, as mails are sent"))
        }
        if source.carriageReturns > 0 {
            let lines = source.carriageReturns == 1 ? "1 line ends" : "\(source.carriageReturns) lines end"
            remarks.append((.carriageReturns, nil, "\(lines) with a carriage return"))
        }
        if source.quotedLines > 0 {
            remarks.append(
                (
                    .quotedText, nil,
                    "\(source.quotedLines == 1 ? "1 line is" : "\(source.quotedLines) lines are") quoted by >"
                ))
        }
    }
}
