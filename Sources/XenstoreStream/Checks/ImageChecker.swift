/// Checks an image while `ImageScan` reads it: it gets every item in order, with the index of its
/// path in the table of the scan.
package struct ImageChecker {
    private let format: StreamFormat
    private var list: FindingList
    private var structure: StructureRules
    private var records = 0
    private var hasEnd = false
    private var hasPlainRecord = false

    /// How many findings of one rule are listed; a last one counts the rest.
    package static let findingsPerRule = 100

    /// - Parameters:
    ///   - header: nil if the file has none.
    ///   - detection: the layout, and how sure it is.
    init(header: Header?, detection: LayoutDetection) {
        structure = StructureRules(detection.format.layout)
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
                "the header says \(header.byteOrder.rawValue)-endian, "
                    + "the records are \(format.byteOrder.rawValue)-endian")
        }
        if header.reservedFlags != 0 {
            list.add(.reservedFlags, offset: 12, "header flags are 0x\(String(header.flags, radix: 16))")
        }
    }

    mutating func add(_ damage: Damage) {
        list.add(
            .damagedSpan, offset: damage.offset,
            "\(damage.bytes.count) bytes in which no record can be recognized: \(damage.reason)")
    }

    /// - Parameters:
    ///   - path: the index of the record's path in `paths`; nil if it has none.
    ///   - paths: the paths of the records so far, this one included.
    mutating func add(_ record: Record, path: PathTable.Index?, in paths: PathTable) {
        records += 1
        hasEnd = record.type == .end
        if !hasEnd { hasPlainRecord = true }
        if !format.layout.isText { FramingRules.check(record, format, &list) }
        // Most records are nodes: a node is taken out of its body only once.
        if case .node(let node) = record.body {
            RecordRules.node(node, record, format.layout, &list)
            structure.add(node, record, path ?? 0, paths, &list)
        } else {
            RecordRules.check(record, format, &list)
            structure.add(record, &list)
        }
    }

    /// Adds a plain node that `RecordRules` finds clean, as almost every record is, if no rule
    /// needs a slice of its path or the table of paths. For so many, both would cost much: another
    /// thread may read the same bytes, and both would count references to them; and the table would
    /// be copied.
    /// - Parameters:
    ///   - path: its bytes.
    ///   - index: the index of its path in the table of paths.
    ///   - owner: its first permission.
    /// - Returns: whether the node has been added; otherwise `addClean` has to add it.
    mutating func addOrdinary(
        _ path: UnsafeRawBufferPointer, _ index: PathTable.Index, owner: Permission?
    ) -> Bool {
        guard structure.addOrdinary(path, index, owner: owner) else { return false }
        countNode()
        return true
    }

    /// Adds a plain node that `RecordRules` finds clean.
    mutating func addClean(
        _ path: Octets, _ index: PathTable.Index, owner: Permission?, number: Int, offset: Int, in paths: PathTable
    ) {
        countNode()
        structure.committed(path, index, owner: owner, number: number, offset: offset, paths, &list)
    }

    private mutating func countNode() {
        records += 1
        hasEnd = false
        hasPlainRecord = true
    }

    /// All findings, in the order of the stream.
    /// - Parameters:
    ///   - trailer: the bytes after END.
    ///   - size: of the file, in bytes.
    ///   - paths: the paths of all records.
    mutating func finish(trailer: Octets, size: Int, _ paths: PathTable) -> [Finding] {
        structure.finish(paths, &list)
        if format.layout.isText { return list.all }
        if !hasEnd { list.add(.noEnd, offset: size, "the file ends without END") }
        if hasEnd && !hasPlainRecord { list.add(.noRecords, "the stream has no record except END") }
        if !trailer.isEmpty {
            let reader = RecordReader(stream: Array(trailer), format: format)
            let isStream = stride(from: 0, to: trailer.count, by: 8).contains { reader.isPlausible(at: $0) }
            list.add(
                isStream ? .recordsBehindEnd : .trailer, offset: size - trailer.count,
                "\(trailer.count) bytes after END" + (isStream ? ", with records among them" : ""))
        }
        return list.all
    }
}
