/// A text read as a stream of records.
///
/// Each line becomes a record with the fields of the line, in the shapes of the draft layout. The
/// stream of these records is stored and compared like any other. If exactly the line can be
/// written from the fields, the record contains nothing else; if not, the line follows the fields
/// as it is. An unknown line is a record of a type for such lines. So the text is restored byte for
/// byte, whatever it contains.
public struct TextImage: Sendable {
    /// The file.
    public let text: [UInt8]
    /// The records one after another, without header and END.
    public let stream: [UInt8]
    /// The offset in `stream` of each record, and of its end.
    public let starts: [Int]
    /// The offset in `text` of the line of each record, and of its end.
    public let places: [Int]
    /// Where the tree of the text hangs.
    public let root: TreeRoot
    /// What the text covers.
    public let coverage: Coverage
    /// What is odd about the lines.
    let remarks: [Remark]

    /// Something odd about the line of a record.
    struct Remark: Sendable {
        let rule: Rule
        /// From 1.
        let record: Int
        let message: String
    }

    /// - Parameters:
    ///   - text: the file, as it is.
    ///   - layout: one of `Layout.texts`.
    ///   - root: where the tree of a listing hangs; nil: as the text says.
    /// - Throws: `StreamError` if a line is longer than a record can be.
    public init(_ text: [UInt8], layout: Layout, root: TreeRoot? = nil) throws(StreamError) {
        guard var dialect = layout.dialect else {
            throw StreamError(
                .notAStream, offset: 0, reason: "\(layout.rawValue) is not the layout of a text")
        }
        var writer = StreamWriter(header: nil, format: StreamFormat(text: layout))
        var starts: [Int] = []
        var places: [Int] = []
        var remarks: [Remark] = []
        var place = 0
        while place < text.count {
            let item = dialect.read(text[place...], isFirst: place == 0)
            let (body, end) = (item.body, item.end)
            let line = text[place..<end]
            starts.append(writer.bytes.count)
            places.append(place)
            let isExact = dialect.text(of: body).elementsEqual(line)
            try writer.write(body, residue: isExact ? nil : Self.residue(body, line, layout))
            let record = starts.count
            if let problem = item.problem {
                remarks.append(Remark(rule: .unknownLine, record: record, message: "\(problem): \(Escape.short(line))"))
            } else if end == text.count && line.last != ASCII.newline {
                remarks.append(
                    Remark(
                        rule: .cutLine, record: record,
                        message: "the last line ends without a newline; the file may be cut off"))
            } else if !isExact {
                remarks.append(
                    Remark(
                        rule: .oddLine, record: record,
                        message: "the line is not written as a daemon or tool writes it: \(Escape.short(line))"))
            }
            place = end
        }
        self.root = root ?? .absolute
        coverage = layout.coverage ?? Coverage([Coverage.Kind.nodes])
        self.text = text
        self.places = places + [text.count]
        self.starts = starts + [writer.bytes.count]
        self.remarks = remarks
        stream = writer.take()
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

    /// The lines that a record was read from, or, if none are kept, the lines written from its
    /// fields.
    public static func line(of record: Record, layout: Layout) -> Octets {
        if let length = record.residue?.length, let tail = record.residue?.tail {
            // The fields are followed by the line and the padding.
            return tail.dropLast(Padding.count(after: Int(length)))
        }
        return line(of: record.body, layout: layout)[...]
    }

    /// The lines for a record, as a daemon would write them; empty if no line can express it.
    public static func line(of body: RecordBody, layout: Layout) -> [UInt8] {
        layout.dialect?.text(of: body) ?? []
    }

    /// The whole text for some records; a record that no line can express is left out.
    public static func text(of records: some Sequence<RecordBody>, layout: Layout) -> [UInt8] {
        var text = layout.dialect?.head ?? []
        for record in records { text += line(of: record, layout: layout) }
        return text
    }

    /// The conn-id given to a ring or a socket of a text, which has no conn-ids.
    public static func connID(of data: ConnectionData) -> UInt32 {
        data.kind == .socket ? OxenstoredDialect.connID(fd: data.socketFD) : OxenstoredDialect.connID(domid: data.domid)
    }

    /// The fields that a line contains: without lengths and fields of other layouts.
    package static func entries(of body: RecordBody, layout: Layout) -> [FieldList.Entry] {
        let strange: Set<Field> = [.connID, .connPad, .tdomid, .flags, .outData, .txID, .access]
        return FieldList.entries(of: body, layout: layout).filter { entry in
            if case .count = entry.value { return false }
            // Only conn-id shows whose watch it is.
            return !strange.contains(entry.field)
                || (entry.field == .connID && (body.type == .watchData || body.type == .connectionData))
        }
    }

    /// The findings about the stream and those about its lines, with offsets in the text.
    package func findings(_ found: [Finding]) -> [Finding] {
        let moved = found.map { finding in
            let place = finding.record.map { places[min($0, places.count) - 1] }
            return Finding(
                rule: finding.rule, severity: finding.severity, record: finding.record, offset: place ?? finding.offset,
                message: finding.message, expected: finding.expected)
        }
        var list = FindingList(limit: ImageChecker.findingsPerRule)
        for remark in remarks {
            list.add(remark.rule, record: remark.record, offset: places[remark.record - 1], remark.message)
        }
        let all = moved + list.all
        // Findings that count the rest of a rule come last.
        return all.enumerated().sorted {
            ($0.element.offset ?? .max, $0.offset) < ($1.element.offset ?? .max, $1.offset)
        }.map(\.element)
    }
}
