/// Checks an image while it is read: hand it every item in order, then ask for the findings.
public struct ImageChecker {
    private let format: StreamFormat
    private var list: FindingList
    private var structure: StructureRules
    private var records = 0
    private var hasEnd = false
    private var hasPlainRecord = false

    /// Of one rule so many findings are told one by one; a last one counts the rest.
    public static let findingsPerRule = 100

    /// - Parameters:
    ///   - header: nil where the file has none.
    ///   - detection: what has been made out of its layout.
    ///   - bytes: the file.
    public init(header: Header?, detection: LayoutDetection, bytes: [UInt8]) {
        // A listing may be one of a part of the tree, and never has the root.
        structure = StructureRules(bytes: bytes, needsParents: detection.format.layout != .listing)
        format = detection.format
        list = FindingList(limit: Self.findingsPerRule)
        switch detection.certainty {
        case .certain: break
        case .likely: list.add(.layoutLikely, "read as \(format.layout.rawValue): \(detection.reason)")
        case .undecided: list.add(.layoutUndecided, "read as \(format.layout.rawValue): \(detection.reason)")
        }
        if format.layout.isText { return }
        guard let header else {
            list.add(.noHeader, offset: 0, "the file does not begin with a stream's header")
            return
        }
        if header.version != format.layout.headerVersion {
            list.add(
                .headerVersion, offset: 8, "version \(header.version) in the header, read as \(format.layout.rawValue)")
        }
        if header.byteOrder != format.byteOrder {
            list.add(
                .headerByteOrder, offset: 12,
                "the header says \(header.byteOrder.rawValue)-endian, the records are \(format.byteOrder.rawValue)-endian"
            )
        }
        if header.reservedFlags != 0 {
            list.add(.reservedFlags, offset: 12, "header flags are 0x\(String(header.flags, radix: 16))")
        }
    }

    public mutating func add(_ item: StreamItem) {
        switch item {
        case .record(let record): add(record)
        case .damage(let damage): add(damage)
        }
    }

    public mutating func add(_ damage: Damage) {
        list.add(
            .damagedSpan, offset: damage.offset,
            "\(damage.bytes.count) bytes in which no record can be made out: \(damage.reason)")
    }

    public mutating func add(_ record: Record) {
        records += 1
        hasEnd = record.type == .end
        if !hasEnd { hasPlainRecord = true }
        if !format.layout.isText { FramingRules.check(record, format, &list) }
        // Most records are nodes: one is taken out of its body once.
        if case .node(let node) = record.body {
            RecordRules.node(node, record, format.layout, &list)
            structure.add(node, record, &list)
        } else {
            RecordRules.check(record, format, &list)
            structure.add(record, &list)
        }
    }

    /// Adds a plain node where nothing is to be said of it by itself, as of almost every record.
    /// - Parameters:
    ///   - number: the record's.
    ///   - stream: as it lies in memory, and as slices of it are to be kept.
    /// - Returns: false where the whole record is to be added instead.
    package mutating func add(
        _ node: PlainNode, number: Int, in stream: UnsafeRawBufferPointer, _ bytes: [UInt8]
    ) -> Bool {
        guard let start = stream.baseAddress, RecordRules.isOrdinary(node, format.layout) else { return false }
        records += 1
        hasEnd = false
        hasPlainRecord = true
        structure.committed(
            bytes[node.pathRange(from: start)], owner: node.permission(0), number: number, offset: node.offset, &list)
        return true
    }

    /// The paths of the records so far, and that of the last one.
    package var paths: PathTable {
        structure.paths
    }

    package var lastPath: PathTable.Index? {
        structure.lastPath
    }

    /// All findings, in the order of the stream.
    /// - Parameters:
    ///   - trailer: the bytes behind END.
    ///   - size: of the file, in bytes.
    public mutating func finish(trailer: Octets, size: Int) -> [Finding] {
        structure.finish(&list)
        if format.layout.isText { return list.all }
        if !hasEnd { list.add(.noEnd, offset: size, "the file ends without END") }
        if hasEnd && !hasPlainRecord { list.add(.noRecords, "the stream holds no state at all") }
        if !trailer.isEmpty {
            let reader = RecordReader(stream: Array(trailer), format: format)
            let isStream = stride(from: 0, to: trailer.count, by: 8).contains { reader.isPlausible(at: $0) }
            list.add(
                isStream ? .recordsBehindEnd : .trailer, offset: size - trailer.count,
                "\(trailer.count) bytes behind END"
                    + (isStream ? ", with records among them; import the file with --salvage to have them" : ""))
        }
        return list.all
    }
}
