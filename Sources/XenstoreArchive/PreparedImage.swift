import XenstoreStream

/// An image that has been read and decoded as a whole, ready to be stored.
public struct PreparedImage {
    public let bytes: [UInt8]
    /// 64 hexadecimal digits.
    public let sha256: String
    /// Nil where a damaged file has none.
    public let header: Header?
    public let detection: LayoutDetection
    /// Whether the file is damaged and was read as far as it can be.
    public let isSalvaged: Bool
    public let recordCount: Int
    public let nodeCount: Int
    /// Bytes that must be kept verbatim: what the fields do not explain.
    public let verbatimCount: Int
    public let trailer: Octets
    public let findings: [Finding]
    /// Where each item starts, and where the last one ends.
    let starts: [Int]
    /// Which of the items are damaged spans, by their index.
    let damages: Set<Int>

    public var format: StreamFormat {
        detection.format
    }

    /// Whether records stand where a plain reading does not come: behind END, or within another record.
    public var hasUnreadRecords: Bool {
        let rules: Set = [Rule.recordsBehindEnd.rawValue, Rule.hiddenRecord.rawValue]
        return findings.contains { rules.contains($0.rule) }
    }

    /// Reads a whole image.
    /// - Parameter layout: the layout to read with; nil: decide from the bytes.
    /// - Throws: `StreamError` where the bytes cannot be read to their end.
    public init(bytes: [UInt8], layout: Layout? = nil) throws(StreamError) {
        let detection = try LayoutDetection(bytes: bytes, forced: layout)
        var tally = Tally(header: try Header(bytes: bytes), detection: detection)
        var reader = try StreamReader(bytes: bytes, format: detection.format)
        while let record = try reader.next() { tally.add(.record(record)) }
        self.init(bytes: bytes, detection: detection, isSalvaged: false, tally: &tally, end: reader.offset)
    }

    /// Reads any bytes at all: a whole image as such, a damaged one as far as it can be read.
    public init(salvaging bytes: [UInt8], layout: Layout? = nil) {
        if let whole = try? PreparedImage(bytes: bytes, layout: layout), !whole.hasUnreadRecords {
            self = whole
            return
        }
        let detection = LayoutDetection(salvaging: bytes, forced: layout)
        var reader = SalvageReader(bytes: bytes, format: detection.format)
        var tally = Tally(header: reader.header, detection: detection)
        while let item = reader.next() { tally.add(item) }
        self.init(bytes: bytes, detection: detection, isSalvaged: true, tally: &tally, end: reader.offset)
    }

    private init(bytes: [UInt8], detection: LayoutDetection, isSalvaged: Bool, tally: inout Tally, end: Int) {
        self.bytes = bytes
        self.detection = detection
        self.isSalvaged = isSalvaged
        header = tally.header
        trailer = bytes[end...]
        starts = tally.starts + [end]
        damages = tally.damages
        recordCount = tally.recordCount
        nodeCount = tally.nodeCount
        verbatimCount = tally.verbatimCount + trailer.count
        findings = tally.checker.finish(trailer: trailer, size: bytes.count)
        sha256 = Digest.sha256(bytes)
    }

    /// Calls `body` with each item in the order of the stream.
    public func forEachItem(_ body: (StreamItem) throws -> Void) throws {
        if isSalvaged {
            var reader = SalvageReader(bytes: bytes, format: format)
            while let item = reader.next() { try body(item) }
        } else {
            var reader = try StreamReader(bytes: bytes, format: format)
            while let record = try reader.next() { try body(.record(record)) }
        }
    }
}

/// What is counted and noticed while an image is read.
private struct Tally {
    let header: Header?
    var checker: ImageChecker
    var starts: [Int] = []
    var damages: Set<Int> = []
    var recordCount = 0
    var nodeCount = 0
    var verbatimCount = 0

    init(header: Header?, detection: LayoutDetection) {
        self.header = header
        checker = ImageChecker(header: header, detection: detection)
    }

    mutating func add(_ item: StreamItem) {
        switch item {
        case .record(let record):
            recordCount += 1
            if case .node = record.body { nodeCount += 1 }
            verbatimCount += record.residue?.verbatimCount ?? 0
        case .damage(let damage):
            damages.insert(starts.count)
            verbatimCount += damage.bytes.count
        }
        starts.append(item.offset)
        checker.add(item)
    }
}
