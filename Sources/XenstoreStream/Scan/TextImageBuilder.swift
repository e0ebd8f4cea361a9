/// Makes the records of a text, one after another.
struct TextImageBuilder {
    private let text: [UInt8]
    private let layout: Layout
    private let dialect: any TextDialect
    private(set) var writer: StreamWriter
    private(set) var starts: [Int] = []
    private(set) var places: [Int] = []
    private(set) var remarks: [TextRemark] = []
    /// Whether the last line ends without a newline.
    private(set) var isCut = false

    init(_ text: [UInt8], _ layout: Layout, _ dialect: any TextDialect) {
        self.text = text
        self.layout = layout
        self.dialect = dialect
        writer = StreamWriter(header: nil, format: StreamFormat(text: layout))
    }

    /// The bytes of the records, which are then no longer here.
    mutating func take() -> [UInt8] {
        writer.take()
    }

    /// Adds the lines of a whole text, as its dialect reads them.
    mutating func add(_ dialect: any LineDialect) throws(StreamError) {
        var dialect = dialect
        var place = 0
        while place < text.count {
            let item = dialect.read(text[place...], isFirst: place == 0)
            let isExact = try write(item.body, place..<item.end)
            for remark in item.remarks {
                remarks.append(
                    TextRemark(
                        rule: Rule(remark.oddity), record: starts.count, byte: remark.byte, message: remark.message))
            }
            if item.isVerbatim {
                place = item.end
                continue
            }
            let isCut = noteCut(item.end, isWhole: item.problem == nil)
            if let problem = item.problem {
                note(.unknownLine, "\(problem): \(Escape.short(text[place..<item.end]))")
            } else if !isCut, !isExact {
                note(
                    .oddLine,
                    "the line is not written as a daemon or tool writes it: \(Escape.short(text[place..<item.end]))")
            }
            place = item.end
        }
    }

    /// Adds the lines of a listing, among whatever else the text says.
    mutating func add(_ listing: ListingLines) throws(StreamError) {
        var records: [Int] = []
        for piece in listing.pieces {
            let body = piece.node.map { RecordBody.node($0) }
            try write(body ?? .opaque(OpaqueData(type: .textLine, body: text[piece.range])), piece.range)
            if let problem = piece.problem { note(.unknownLine, "\(problem): \(Escape.short(text[piece.range]))") }
            if piece.isItem { records.append(starts.count) }
        }
        if !text.isEmpty, !listing.isCut, !TextEncoding.endsLine(text) { _ = noteCut(text.count) }
        if listing.otherLines > 0 {
            let lines = listing.otherLines == 1 ? "1 line is" : "\(listing.otherLines) lines are"
            remarks.append(
                TextRemark(
                    rule: .otherText, record: listing.firstOther + 1,
                    message: "\(lines) not the listing's: the first is "
                        + Escape.short(text[listing.pieces[listing.firstOther].range])))
        }
        for remark in listing.remarks {
            let record = remark.item.map { $0 < records.count ? records[$0] : 1 } ?? 1
            remarks.append(TextRemark(rule: remark.rule, record: min(record, starts.count), message: remark.message))
        }
    }

    /// - Returns: whether exactly these bytes are written from the fields alone.
    @discardableResult
    private mutating func write(_ body: RecordBody, _ range: Range<Int>) throws(StreamError) -> Bool {
        let line = text[range]
        starts.append(writer.bytes.count)
        places.append(range.lowerBound)
        let isExact = dialect.text(of: body).elementsEqual(line)
        try writer.write(body, residue: isExact ? nil : Self.residue(body, line, layout))
        return isExact
    }

    private mutating func note(_ rule: Rule, _ message: String) {
        remarks.append(TextRemark(rule: rule, record: starts.count, message: message))
    }

    /// - Returns: whether the record that ends here is the last, and its line may be cut off.
    private mutating func noteCut(_ end: Int, isWhole: Bool = true) -> Bool {
        guard end == text.count, text.last != ASCII.newline, !starts.isEmpty else { return false }
        isCut = true
        note(
            .cutLine,
            isWhole
                ? "the last line ends without a newline; the file may be cut off"
                : "the last line is incomplete and ends without a newline: the file is cut off")
        return true
    }

    /// The residue of a record whose fields do not give exactly its line: the line as it is, and
    /// padding.
    private static func residue(_ body: RecordBody, _ line: Octets, _ layout: Layout) -> Residue {
        let fields = FieldList.entries(of: body, layout: layout).reduce(0) { $0 + $1.width }
        let count = fields + line.count
        return Residue(
            length: UInt32(truncatingIfNeeded: count),
            tail: line + Array(repeating: 0, count: Padding.count(after: count)))
    }
}
