/// A text that holds a state, read as a stream of records.
///
/// Each line becomes a record with the fields that the line tells, in the shapes of the draft layout, and the stream of these records
/// is stored and compared like any other. A record from which just its line can be written holds nothing else. A line that is
/// written otherwise stands as it is behind its record's fields, and a line that says nothing known is a record of its own kind.
/// So the text comes back byte for byte, whatever is in it.
public struct TextImage: Sendable {
    /// The file.
    public let text: [UInt8]
    /// The records one behind the other; there is neither header nor END.
    public let stream: [UInt8]
    /// Where in `stream` each record starts; one more for its end.
    public let starts: [Int]
    /// Where in `text` the line of each record starts; one more for its end.
    public let places: [Int]
    /// What is odd about the lines.
    let remarks: [Remark]

    /// Something odd about the line of a record.
    struct Remark: Sendable {
        let rule: Rule
        /// From 1 on.
        let record: Int
        let message: String
    }

    /// The form of the stream; the machine's own byte order and length rule do not matter, as nobody else reads it.
    public static func format(_ layout: Layout) -> StreamFormat {
        StreamFormat(layout: layout, byteOrder: .little, lengthRule: .body)
    }

    /// - Parameters:
    ///   - text: the file, as it is.
    ///   - layout: one of `Layout.texts`.
    /// - Throws: `StreamError` where a line is longer than any record can be.
    public init(_ text: [UInt8], layout: Layout) throws(StreamError) {
        let lines = TextLines(layout)
        var writer = StreamWriter(header: nil, format: Self.format(layout))
        var starts: [Int] = []
        var places: [Int] = []
        var remarks: [Remark] = []
        var place = 0
        while place < text.count {
            let (body, end, problem) = lines.read(text[place...], isFirst: place == 0)
            let line = text[place..<end]
            starts.append(writer.bytes.count)
            places.append(place)
            let isExact = lines.text(of: body).elementsEqual(line)
            try writer.write(body, residue: isExact ? nil : Self.residue(body, line, layout))
            let record = starts.count
            if let problem {
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
                        message: "the line is written in a way of its own: \(Escape.short(line))"))
            }
            place = end
        }
        self.text = text
        self.places = places + [text.count]
        self.starts = starts + [writer.bytes.count]
        self.remarks = remarks
        stream = writer.take()
    }

    /// What a record has besides its fields: the line as it stands, and padding.
    private static func residue(_ body: RecordBody, _ line: Octets, _ layout: Layout) -> Residue {
        let fields = FieldList.entries(of: body, layout: layout).reduce(0) { $0 + $1.width }
        let count = fields + line.count
        return Residue(
            length: UInt32(truncatingIfNeeded: count),
            tail: line + Array(repeating: 0, count: Padding.count(after: count)))
    }

    /// The lines of which a record was made, or which tell what it holds.
    public static func line(of record: Record, layout: Layout) -> Octets {
        if let length = record.residue?.length, let tail = record.residue?.tail {
            // Behind the fields stand the line and the padding.
            return tail.dropLast(Padding.count(after: Int(length)))
        }
        return TextLines(layout).text(of: record.body)[...]
    }

    /// The lines that tell what a record holds, as a daemon would write them.
    public static func line(of body: RecordBody, layout: Layout) -> [UInt8] {
        TextLines(layout).text(of: body)
    }

    /// The whole text that tells records; a record that no line tells is left out.
    public static func text(of records: some Sequence<RecordBody>, layout: Layout) -> [UInt8] {
        let lines = TextLines(layout)
        var text = layout == .oxenstored ? OxenstoredLine.header + [ASCII.newline] : []
        for record in records { text += lines.text(of: record) }
        return text
    }

    /// The conn-id that stands for a ring or a socket in a text, which has none.
    public static func connID(of data: ConnectionData) -> UInt32 {
        data.kind == .socket ? OxenstoredLine.connID(fd: data.socketFD) : OxenstoredLine.connID(domid: data.domid)
    }

    /// The fields that a line tells: without lengths, and what other layouts have.
    package static func entries(of body: RecordBody, layout: Layout) -> [FieldList.Entry] {
        let strange: Set<Field> = [.connID, .connPad, .tdomid, .flags, .outData, .txID, .access]
        return FieldList.entries(of: body, layout: layout).filter { entry in
            if case .count = entry.value { return false }
            // The connection of a watch is all that says whose it is.
            return !strange.contains(entry.field)
                || (entry.field == .connID && (body.type == .watchData || body.type == .connectionData))
        }
    }

    /// The findings about the stream, and those about its lines, with places in the text.
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
        // What counts the rest of a rule comes last.
        return all.enumerated().sorted {
            ($0.element.offset ?? .max, $0.offset) < ($1.element.offset ?? .max, $1.offset)
        }.map(\.element)
    }
}
