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
    let remarks: [TextRemark]
    /// Whether the file ends within a line that a daemon would have ended.
    package let isCut: Bool
    /// Whether the file is damaged or cut off, and was read as far as possible.
    public let isDamaged: Bool
    /// Whether the file holds deleted nodes, which are read only if it is salvaged.
    public let hasFormerNodes: Bool

    /// - Parameters:
    ///   - text: the file, as it is.
    ///   - layout: one of `Layout.texts`.
    ///   - root: where the tree of a listing hangs; nil: as the text says.
    ///   - salvaging: whether to read a damaged TDB file as far as possible, and what was deleted
    ///     in it.
    /// - Throws: `StreamError` if a line is longer than a record can be, or if a TDB file is
    ///   damaged and not to be salvaged.
    public init(
        _ text: [UInt8], layout: Layout, root: TreeRoot? = nil, salvaging: Bool = false
    ) throws(StreamError) {
        guard let dialect = layout.dialect else {
            throw StreamError(
                .notAStream, offset: 0, reason: "\(layout.rawValue) is not the layout of a text")
        }
        var builder = TextImageBuilder(text, layout, dialect)
        if var dialect = dialect as? any LineDialect {
            try dialect.begin(text, salvaging: salvaging)
            try builder.add(dialect)
            self.root = .absolute
            // What is missing from a damaged file may have been in the damaged bytes.
            coverage = dialect.isDamaged ? Coverage([Coverage.Kind]()) : layout.coverage ?? Coverage([Coverage.Kind]())
            isCut = builder.isCut
            isDamaged = dialect.isDamaged
            hasFormerNodes = dialect.hasFormerNodes
        } else {
            let listing = ListingLines(text, root: root)
            try builder.add(listing)
            self.root = listing.root
            coverage = listing.coverage
            isCut = false
            isDamaged = false
            hasFormerNodes = false
        }
        self.text = text
        places = builder.places + [text.count]
        starts = builder.starts + [builder.writer.bytes.count]
        remarks = builder.remarks
        stream = builder.take()
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

    /// The conn-id of nodes that a TDB file has pending in a transaction; it does not say whose.
    public static let pendingConnID = TDBNode.transactionConnID
    /// The conn-id of nodes in freed records of a TDB file, which no connection sees.
    public static let deletedConnID = TDBNode.freedConnID

    /// The conn-id given to a ring or a socket of a text, which has no conn-ids.
    public static func connID(of data: ConnectionData) -> UInt32 {
        data.kind == .socket ? OxenstoredDialect.connID(fd: data.socketFD) : OxenstoredDialect.connID(domid: data.domid)
    }

    /// The fields that a line contains: without lengths and fields of other layouts.
    package static func entries(of body: RecordBody, layout: Layout) -> [FieldList.Entry] {
        let strange: Set<Field> = [.connID, .connPad, .tdomid, .flags, .outData, .txID, .access]
        return FieldList.entries(of: body, layout: layout).filter { entry in
            if case .count = entry.value { return false }
            if case .node(let data) = body, !data.isCommitted, entry.field != .connID { return true }
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
            list.add(
                remark.rule, record: remark.record, offset: places[remark.record - 1] + remark.byte, remark.message)
        }
        let all = moved + list.all
        // Findings that count the rest of a rule come last.
        return all.enumerated().sorted {
            ($0.element.offset ?? .max, $0.offset) < ($1.element.offset ?? .max, $1.offset)
        }.map(\.element)
    }
}
