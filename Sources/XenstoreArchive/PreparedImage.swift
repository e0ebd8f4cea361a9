import XenstoreStream

/// An image that has been read and decoded as a whole, ready to be stored.
public struct PreparedImage {
    public let bytes: [UInt8]
    /// 64 hexadecimal digits.
    public let sha256: String
    public let header: Header
    public let detection: LayoutDetection
    public let recordCount: Int
    public let nodeCount: Int
    /// Bytes that must be kept verbatim: what the fields do not explain.
    public let verbatimCount: Int
    public let trailer: Octets
    public let findings: [Finding]
    /// Where each record starts, and where the last one ends.
    let starts: [Int]

    public var format: StreamFormat {
        detection.format
    }

    /// Of one rule so many findings are told one by one; a last one counts the rest.
    private static let findingsPerRule = 100

    /// - Parameter layout: the layout to read with; nil: decide from the bytes.
    /// - Throws: `StreamError` where the bytes cannot be read to their end.
    public init(bytes: [UInt8], layout: Layout? = nil) throws(StreamError) {
        self.bytes = bytes
        detection = try LayoutDetection(bytes: bytes, forced: layout)
        var reader = try StreamReader(bytes: bytes, format: detection.format)
        header = reader.header
        var starts: [Int] = []
        var nodes = 0
        var verbatim = 0
        var notes = FindingList(limit: Self.findingsPerRule)
        if detection.certainty != .certain {
            notes.add(
                Finding("layout-\(detection.certainty.rawValue)", .warning, "read as \(detection.format.layout.rawValue): \(detection.reason)"))
        }
        if header.reservedFlags != 0 {
            notes.add(Finding("reserved-flags", .warning, offset: 12, "reserved header flags are set: 0x\(String(header.flags, radix: 16))"))
        }
        if header.version != detection.format.layout.headerVersion {
            notes.add(Finding("version", .warning, offset: 8, "version \(header.version) in the header, read as \(detection.format.layout.rawValue)"))
        }
        while let record = try reader.next() {
            starts.append(record.offset)
            if case .node = record.body { nodes += 1 }
            if let residue = record.residue {
                verbatim += residue.verbatimCount
                notes.add(Self.finding(record, residue))
            }
        }
        starts.append(reader.offset)
        if !reader.trailer.isEmpty {
            verbatim += reader.trailer.count
            notes.add(Finding("trailer", .warning, offset: reader.offset, "\(reader.trailer.count) bytes behind END"))
        }
        self.starts = starts
        recordCount = reader.recordCount
        nodeCount = nodes
        verbatimCount = verbatim
        trailer = reader.trailer
        findings = notes.all
        sha256 = Digest.sha256(bytes)
    }

    private static func finding(_ record: Record, _ residue: Residue) -> Finding {
        let tail = residue.tail ?? []
        let offset = record.offset + record.size - tail.count
        if let length = residue.length {
            return Finding(
                "length", .warning, record: record.number, offset: record.offset + 4,
                "\(record.type.name): len is \(length), with \(tail.count) bytes behind the last field")
        }
        return Finding(
            "dirty-padding", .info, record: record.number, offset: offset,
            "\(record.type.name): padding of \(max(tail.count, residue.alignment.count)) bytes is not zero")
    }
}

/// Findings with a limit for each rule.
private struct FindingList {
    let limit: Int
    private var findings: [Finding] = []
    private var counts: [String: Int] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    mutating func add(_ finding: Finding) {
        counts[finding.rule, default: 0] += 1
        if counts[finding.rule, default: 0] <= limit { findings.append(finding) }
    }

    var all: [Finding] {
        findings
            + counts.filter { $0.value > limit }.sorted { $0.key < $1.key }.map {
                Finding($0.key, .info, "and \($0.value - limit) more of this kind")
            }
    }
}
