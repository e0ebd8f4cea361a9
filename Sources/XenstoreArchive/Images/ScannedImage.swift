import XenstoreStream

/// An image that has been read and decoded as a whole, ready for storing.
public struct ScannedImage {
    /// The stream: the file, or the records that were made from a text.
    public let bytes: [UInt8]
    /// The text from which the stream was made; nil if the file is a stream itself.
    public let text: TextImage?
    /// Where the image's tree hangs.
    public let root: TreeRoot
    /// What the image covers.
    public private(set) var coverage: Coverage
    /// Whether it is known from elsewhere that the image covers less than its bytes show.
    package private(set) var isRestricted = false
    /// The SHA-256 of the file, as 64 hexadecimal digits.
    public let sha256: String
    /// The header; nil for a text, and if a damaged file has none.
    public let header: Header?
    /// The format, and how it was recognized.
    public let detection: LayoutDetection
    /// Whether the file was salvaged: it is damaged, or a TDB file whose deleted nodes were read.
    public let isSalvaged: Bool
    /// The number of records.
    public let recordCount: Int
    /// The number of node records.
    public let nodeCount: Int
    /// The number of bytes kept verbatim, which the fields do not explain.
    public let verbatimCount: Int
    /// The bytes after END.
    public let trailer: Octets
    /// What import reports about the image.
    public let findings: [Finding]
    /// Where each item starts in `bytes`, and where the last one ends.
    let starts: [Int]
    /// The indices of the items that are damaged spans.
    let damages: Set<Int>
    /// For storing: the paths of all nodes and watches, for each item the index of its path (-1 if
    /// it has none), and the sizes that locate a plain node.
    private(set) var paths: PathTable
    private(set) var pathIndices: [Int32]
    private let nodeCounts: [PlainNode.Counts]
    package let plan: PlainNodePlan

    /// Layout, byte order and length rule.
    public var format: StreamFormat {
        detection.format
    }

    /// The bytes of the file.
    public var file: [UInt8] {
        text?.text ?? bytes
    }

    /// The file's size in bytes.
    public var size: Int {
        text?.text.count ?? bytes.count
    }

    /// Whether the file is damaged, so that not all of it could be read.
    public var isDamaged: Bool {
        text?.isDamaged ?? isSalvaged
    }

    /// Whether several committed nodes have one path. A daemon keeps the last of them, and views
    /// find it by its order key.
    var hasDuplicateNodes: Bool {
        findings.contains { $0.rule == Rule.duplicateNode.rawValue }
    }

    /// Whether there are records that a plain reading does not reach: after END, or within another
    /// record.
    public var hasUnreadRecords: Bool {
        let rules: Set = [Rule.recordsBehindEnd.rawValue, Rule.hiddenRecord.rawValue]
        return findings.contains { rules.contains($0.rule) }
    }

    /// Reads a whole image.
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - layout: the layout to read with; nil: recognize it by the bytes.
    ///   - root: where the tree of a listing hangs; nil: as its text says.
    /// - Throws: `StreamError` if the bytes cannot be read to their end.
    public init(bytes: [UInt8], layout: Layout? = nil, root: TreeRoot? = nil) throws(StreamError) {
        let detection = try LayoutDetection(bytes: bytes, forced: layout)
        if detection.format.layout.isText {
            try self.init(text: bytes, detection: detection, root: root)
            return
        }
        let cursor = try RecordCursor(bytes: bytes, format: detection.format)
        var scan = ImageScan(header: cursor.header, detection: detection, bytes: bytes)
        let (sha256, end) = concurrently(
            { Digest.sha256(bytes) },
            {
                Result { () throws(StreamError) -> Int in
                    try scan.addAll(cursor)
                }
            })
        self.init(
            bytes: bytes, sha256: sha256, detection: detection, isSalvaged: false, scan: &scan, end: try end.get())
    }

    /// Reads a listing that was found in a text.
    /// - Parameters:
    ///   - bytes: those of the part.
    ///   - part: what was found: its place, command and layout.
    ///   - root: where the tree hangs; nil: as the text says.
    /// - Throws: `StreamError` if a line is longer than any record.
    public init(bytes: [UInt8], listing part: ListingPart, root: TreeRoot? = nil) throws(StreamError) {
        try self.init(text: bytes, detection: LayoutDetection(part), root: root)
    }

    /// Reads a text with any content: each line becomes a record.
    /// - Throws: `StreamError` if a line is longer than any record, or if a TDB file is damaged and
    ///   not to be salvaged.
    private init(
        text bytes: [UInt8], detection: LayoutDetection, root: TreeRoot?, salvaging: Bool = false
    ) throws(StreamError) {
        let text = try TextImage(bytes, layout: detection.format.layout, root: root, salvaging: salvaging)
        var scan = ImageScan(header: nil, detection: detection, bytes: text.stream)
        let end = try scan.addAll(try RecordCursor(bytes: text.stream, format: detection.format, source: .text))
        self.init(
            bytes: text.stream, text: text, sha256: Digest.sha256(bytes), detection: detection,
            isSalvaged: salvaging, scan: &scan, end: end)
    }

    /// Reads any bytes: a whole image as such, a damaged one as far as it can be read.
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - layout: the layout to read with; nil: recognize it by the bytes.
    ///   - root: where the tree of a listing hangs; nil: as its text says.
    ///   - readsFormerNodes: whether to read the deleted nodes of a whole TDB file, too.
    public init(
        salvaging bytes: [UInt8], layout: Layout? = nil, root: TreeRoot? = nil, readsFormerNodes: Bool = false
    ) {
        if let whole = try? ScannedImage(bytes: bytes, layout: layout, root: root), !whole.hasUnreadRecords,
            !readsFormerNodes || whole.text?.hasFormerNodes != true
        {
            self = whole
            return
        }
        if let detection = try? LayoutDetection.text(bytes, forced: layout),
            let salvaged = try? ScannedImage(text: bytes, detection: detection, root: root, salvaging: true)
        {
            self = salvaged
            return
        }
        let detection = LayoutDetection(salvaging: bytes, forced: layout)
        let cursor = RecordCursor(salvaging: bytes, format: detection.format)
        var scan = ImageScan(header: cursor.header, detection: detection, bytes: bytes)
        // This cursor never throws.
        let end = (try? scan.addAll(cursor)) ?? bytes.count
        self.init(
            bytes: bytes, sha256: Digest.sha256(bytes), detection: detection, isSalvaged: true,
            scan: &scan, end: end)
    }

    private init(
        bytes: [UInt8], text: TextImage? = nil, sha256: String, detection: LayoutDetection, isSalvaged: Bool,
        scan: inout ImageScan, end: Int
    ) {
        self.bytes = bytes
        self.text = text
        self.detection = detection
        self.isSalvaged = isSalvaged
        root = text?.root ?? .absolute
        let ofText = text.map { $0.isCut ? $0.coverage.without(scan.damagedKinds) : $0.coverage }
        coverage = ofText ?? scan.coverage
        header = detection.format.layout.isText ? nil : try? Header(bytes: bytes)
        trailer = bytes[end...]
        starts = scan.takeStarts(end: end)
        damages = scan.damages
        paths = scan.paths
        pathIndices = scan.pathIndices
        nodeCounts = scan.nodeCounts
        plan = PlainNodePlan(layout: detection.format.layout)
        recordCount = scan.recordCount
        nodeCount = scan.nodeCount
        verbatimCount = scan.verbatimCount + trailer.count
        let found = scan.finish(trailer: trailer, size: bytes.count)
        findings = text?.findings(found) ?? found
        self.sha256 = sha256
    }

    /// The image with what is known from elsewhere about what it covers: how it was made.
    /// - Parameter coverage: what the image covers.
    public func covering(_ coverage: Coverage) -> ScannedImage {
        var image = self
        image.coverage = coverage
        image.isRestricted = true
        return image
    }

    /// The image without the data that only storing needs: a quarter of a large image's size.
    package var withoutPaths: ScannedImage {
        var image = self
        image.paths = PathTable(bytes: [])
        image.pathIndices = []
        return image
    }

    /// Calls `body` with each item and its index, from 0 on, in the order of the stream.
    /// - Throws: what `body` throws.
    public func forEachItem(_ body: (Int, StreamItem) throws -> Void) throws {
        try forEachItem(where: { _ in true }, body)
    }

    /// The range of an item in `bytes`, by its index from 0.
    package func range(_ index: Int) -> Range<Int> {
        starts[index]..<starts[index + 1]
    }

    /// Where the records begin, without END, in bytes from the start of the stream.
    package var recordOffsets: [Int] {
        var offsets: [Int] = []
        offsets.reserveCapacity(starts.count)
        for index in starts.indices.dropLast() {
            let start = starts[index]
            if plainNode(index) == nil {
                guard !damages.contains(index), start + 4 <= bytes.count,
                    format.byteOrder.integer(UInt32.self, at: start, of: bytes) != RecordType.end.rawValue
                else { continue }
            }
            offsets.append(start)
        }
        return offsets
    }

    /// Where the fields of a plain node are; nil if the item is not a plain node.
    package func plainNode(_ index: Int) -> PlainNode? {
        index < nodeCounts.count ? plan.node(at: starts[index], nodeCounts[index], format) : nil
    }

    /// Calls `body` with the items that `isWanted` accepts by their index from 0, in the order of
    /// the stream.
    /// - Throws: what `body` throws.
    package func forEachItem(where isWanted: (Int) -> Bool, _ body: (Int, StreamItem) throws -> Void) throws {
        // The records of a text are whole, whatever the text is.
        guard isSalvaged && text == nil else {
            let reader = RecordReader(stream: bytes, format: format)
            for index in 0..<starts.count - 1 where isWanted(index) {
                try body(index, .record(try reader.record(at: starts[index], number: index + 1)))
            }
            return
        }
        // In a damaged file a record alone does not show where it ends.
        var reader = SalvageReader(bytes: bytes, format: format)
        var index = 0
        while let item = reader.next() {
            if isWanted(index) { try body(index, item) }
            index += 1
        }
    }

    /// Calls `body` with each node at the path or below it, pending ones included, in the stream's
    /// order.
    /// - Throws: what `body` throws.
    package func forEachNode(atOrBelow path: Octets, _ body: (NodeData) throws -> Void) throws {
        // Of most nodes only the path is located, and no other item decoded.
        func isWanted(_ index: Int) -> Bool {
            plainNode(index).map { Path.isAtOrBelow(bytes[$0.path], path) } ?? true
        }
        try forEachItem(where: isWanted) { _, item in
            if case .record(let record) = item, case .node(let node) = record.body,
                Path.isAtOrBelow(node.path.octets, path)
            {
                try body(node)
            }
        }
    }
}
