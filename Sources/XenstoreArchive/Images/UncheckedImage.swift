import XenstoreStream

/// A whole stream that has been read to its end, but not checked: nothing is known of its records
/// except what all of them together say.
///
/// Commands that only look at records need no more. Compared with a `ScannedImage`, the table of
/// paths, the findings, the place of each item and the SHA-256 are missing.
public struct UncheckedImage {
    /// The stream.
    public let bytes: [UInt8]
    /// The format, and how it was recognized.
    public let detection: LayoutDetection
    private let outline: StreamOutline

    /// The layout that the caller chose; nil if the bytes decided.
    private let forced: Layout?

    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - layout: the layout to read with; nil: recognize it by the bytes.
    /// - Returns: nil if the bytes do not begin like a stream, as those of a text do not.
    /// - Throws: `StreamError` if the bytes cannot be read to their end.
    public init?(bytes: [UInt8], layout: Layout? = nil) throws(StreamError) {
        guard Header.begins(bytes) else { return nil }
        let detection = try LayoutDetection(bytes: bytes, forced: layout)
        if detection.format.layout.isText { return nil }
        self.bytes = bytes
        forced = layout
        self.detection = detection
        outline = try StreamOutline(bytes: bytes, format: detection.format)
    }

    /// Layout, byte order and length rule.
    public var format: StreamFormat {
        detection.format
    }

    /// The header.
    public var header: Header {
        outline.header
    }

    /// What the image covers.
    public var coverage: Coverage {
        outline.coverage
    }

    /// The number of node records.
    public var nodeCount: Int {
        outline.nodeCount
    }

    /// The bytes after END.
    public var trailer: Octets {
        bytes[outline.end...]
    }

    /// The number of bytes that the fields do not explain.
    public var verbatimCount: Int {
        outline.verbatimCount + trailer.count
    }

    /// The same image with the checks of an import.
    /// - Throws: `StreamError`, but not for bytes that could be read to their end.
    package func checked() throws(StreamError) -> ScannedImage {
        try ScannedImage(bytes: bytes, layout: forced)
    }

    /// This image and a newer one, read in step; nil if that does not show what differs.
    func inStep(with other: UncheckedImage) throws(StreamError) -> StreamsInStep? {
        guard format == other.format else { return nil }
        return try StreamsInStep(old: bytes, new: other.bytes, format: format, nodeCount: nodeCount)
    }

    /// Calls `body` with each record in the stream's order.
    func forEachRecord(_ body: (RecordBody) throws -> Void) throws {
        try forEachRecord(where: { _ in true }, body)
    }

    /// Calls `body` with each record that is not a committed node, in the stream's order.
    func forEachRecordOutsideTree(_ body: (RecordBody) throws -> Void) throws {
        try forEachRecord(where: { _ in false }) { record in
            if case .node(let node) = record, node.isCommitted { return }
            try body(record)
        }
    }

    /// Calls `body` with each node at the path or below it, pending ones included, in the stream's
    /// order.
    func forEachNode(atOrBelow path: Octets, _ body: (NodeData) throws -> Void) throws {
        try forEachRecord(where: { Path.isAtOrBelow(bytes[$0.path], path) }) { record in
            if case .node(let node) = record, Path.isAtOrBelow(node.path.octets, path) { try body(node) }
        }
    }

    /// Calls `body` with each record, and with those of the plain nodes that `isWanted` accepts.
    private func forEachRecord(
        where isWanted: (PlainNode) -> Bool, _ body: (RecordBody) throws -> Void
    ) throws {
        var cursor = try RecordCursor(bytes: bytes, format: format)
        let reader = cursor.reader
        while let item = try cursor.next() {
            switch item {
            case .plainNode(let node): if isWanted(node) { try body(.node(reader.data(of: node))) }
            case .record(let record): try body(record.body)
            case .damage: break
            }
        }
    }
}
