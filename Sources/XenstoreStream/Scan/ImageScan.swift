/// Reads an image once: where its items are, which paths they have, and what is odd about it.
///
/// Add every item in the order of the stream, then ask for the findings. The scan owns the table of
/// the image's paths; the rules of `ImageChecker` look paths up in it.
public struct ImageScan {
    private let reader: RecordReader
    private var checker: ImageChecker
    private var contents: StreamContents
    /// The paths of all nodes and watches.
    package private(set) var paths: PathTable
    /// For each item, its offset in the image, in bytes.
    package private(set) var starts: [Int] = []
    /// For each item, the index of its path in `paths`; -1 if it has none.
    package private(set) var pathIndices: [Int32] = []
    /// For each item, what locates the fields of a plain node; `none` for other items.
    package private(set) var nodeCounts: [PlainNode.Counts] = []
    /// Which items are damaged spans, by index.
    package private(set) var damages: Set<Int> = []
    /// The number of findings of one rule that are listed; a last one counts the rest.
    public static let findingsPerRule = ImageChecker.findingsPerRule

    /// The number of records added so far.
    public private(set) var recordCount = 0
    /// How many of them are nodes.
    public private(set) var nodeCount = 0
    /// Bytes to be kept verbatim because no field explains them; without the trailer.
    public private(set) var verbatimCount = 0

    /// - Parameters:
    ///   - header: nil if the file has none.
    ///   - detection: the layout, and how sure it is.
    ///   - bytes: the file.
    public init(header: Header?, detection: LayoutDetection, bytes: [UInt8]) {
        reader = RecordReader(stream: bytes, format: detection.format)
        checker = ImageChecker(header: header, detection: detection)
        contents = StreamContents(detection.format.layout)
        paths = PathTable(bytes: bytes)
        // In a host's image, a record takes about 80 bytes.
        starts.reserveCapacity(bytes.count / 72)
        pathIndices.reserveCapacity(bytes.count / 72)
        nodeCounts.reserveCapacity(bytes.count / 72)
    }

    /// Adds all remaining items of a cursor.
    /// - Returns: the offset after the last one.
    /// - Throws: `StreamError` if a whole stream is damaged.
    package mutating func addAll(_ cursor: RecordCursor) throws(StreamError) -> Int {
        var cursor = cursor
        while let item = try cursor.next() {
            switch item {
            case .plainNode(let node): add(node)
            case .record(let record): add(record)
            case .damage(let damage): add(damage)
            }
        }
        return cursor.offset
    }

    /// Adds the next item of the stream.
    public mutating func add(_ item: StreamItem) {
        switch item {
        case .record(let record): add(record)
        case .damage(let damage): add(damage)
        }
    }

    /// Adds the next item, a record.
    public mutating func add(_ record: Record) {
        let isNode = record.type == .nodeData
        note(record.offset, isNode ? PlainNode.Counts(record) : .none)
        recordCount += 1
        if isNode { nodeCount += 1 }
        verbatimCount += record.residue?.verbatimCount ?? 0
        // A line of a text is data; the bytes between the nodes of a TDB file are not.
        if case .opaque(let data) = record.body, reader.format.layout == .tdb { verbatimCount += data.body.count }
        contents.add(record.body)
        guard let path = record.body.path else {
            pathIndices.append(-1)
            checker.add(record, path: nil, in: paths)
            return
        }
        checker.add(record, path: insert(path.indices), in: paths)
    }

    /// Adds the next item, a damaged span.
    public mutating func add(_ damage: Damage) {
        damages.insert(starts.count)
        note(damage.offset, .none)
        verbatimCount += damage.bytes.count
        pathIndices.append(-1)
        contents.addDamage()
        checker.add(damage)
    }

    private mutating func add(_ node: PlainNode) {
        let layout = reader.format.layout
        let owner = reader.stream.withUnsafeBytes { stream in
            RecordRules.isClean(node, in: stream, layout) ? node.permission(0, in: stream) : nil
        }
        guard let owner else { return add(reader.record(node, number: recordCount + 1)) }
        note(node.offset, node.counts)
        recordCount += 1
        nodeCount += 1
        contents.addNode(node.path, of: reader.stream)
        let index = insert(node.path)
        let isAdded = reader.stream.withUnsafeBytes {
            checker.addOrdinary(UnsafeRawBufferPointer(rebasing: $0[node.path]), index, owner: owner)
        }
        if isAdded { return }
        checker.addClean(
            reader.stream[node.path], index, owner: owner, number: recordCount, offset: node.offset, in: paths)
    }

    /// The offsets of all items and, after them, the one where the last ends; the scan no longer
    /// has them. So they are not copied.
    package mutating func takeStarts(end: Int) -> [Int] {
        var taken: [Int] = []
        swap(&taken, &starts)
        taken.append(end)
        return taken
    }

    private mutating func note(_ offset: Int, _ counts: PlainNode.Counts) {
        starts.append(offset)
        nodeCounts.append(counts)
    }

    private mutating func insert(_ path: Range<Int>) -> PathTable.Index {
        let index = paths.insert(path).index
        pathIndices.append(Int32(truncatingIfNeeded: index))
        return index
    }

    /// What a stream covers; of a text, its lines say what it covers.
    package var coverage: Coverage {
        contents.coverage
    }

    /// What may be missing because the stream, or the text that it was made from, is cut off.
    package var damagedKinds: Set<Coverage.Kind> {
        contents.damagedKinds
    }

    /// All findings, in the order of the stream, without those that only say that something is
    /// missing which may have been lost with a part of the file. Call this once, after the last
    /// item.
    /// - Parameters:
    ///   - trailer: the bytes after END.
    ///   - size: of the file, in bytes.
    public mutating func finish(trailer: Octets, size: Int) -> [Finding] {
        let findings = checker.finish(trailer: trailer, size: size, paths)
        if reader.format.layout.isText { return findings }
        let missing = contents.damagedKinds
        return missing.isEmpty ? findings : findings.filter { !Rule.saysMissing($0, of: missing) }
    }
}

extension PlainNode.Counts {
    /// The sizes in a record if it is a plain node; `none` if it is not.
    fileprivate init(_ record: Record) {
        guard case .node(let node) = record.body, record.residue == nil, node.canBePlain,
            let path = UInt16(exactly: node.path.octets.count + 1)
        else { return }
        self.path = path
        value = UInt16(truncatingIfNeeded: node.value.count)
        perms = UInt16(truncatingIfNeeded: node.perms.count)
    }
}
