import XenstoreStream

/// What is counted and noticed while an image is read.
struct ImageScan {
    let header: Header?
    var checker: ImageChecker
    var starts: [Int] = []
    var pathIndices: [Int32] = []
    var damages: Set<Int> = []
    var recordCount = 0
    var nodeCount = 0
    var verbatimCount = 0

    init(header: Header?, detection: LayoutDetection, bytes: [UInt8]) {
        self.header = header
        checker = ImageChecker(header: header, detection: detection, bytes: bytes)
        // Of a host's image about 80 bytes are one record's.
        starts.reserveCapacity(bytes.count / 72)
        pathIndices.reserveCapacity(bytes.count / 72)
    }

    mutating func add(_ record: Record) {
        recordCount += 1
        if record.type == .nodeData { nodeCount += 1 }
        verbatimCount += record.residue?.verbatimCount ?? 0
        starts.append(record.offset)
        checker.add(record)
        notePath()
    }

    /// Adds all records of a stream.
    /// - Returns: where they end.
    /// - Throws: `StreamError` where the stream is damaged.
    mutating func addAll(_ bytes: [UInt8], _ format: StreamFormat) throws(StreamError) -> Int {
        var reader = try StreamReader(bytes: bytes, format: format)
        while true {
            bytes.withUnsafeBytes { stream in
                while let node = reader.peekPlainNode(in: stream),
                    checker.add(node, number: recordCount + 1, in: stream, bytes)
                {
                    reader.pass(node)
                    recordCount += 1
                    nodeCount += 1
                    starts.append(node.offset)
                    notePath()
                }
            }
            guard let record = try reader.next() else { return reader.offset }
            add(record)
        }
    }

    private mutating func notePath() {
        pathIndices.append(checker.lastPath.map { Int32(truncatingIfNeeded: $0) } ?? -1)
    }

    mutating func add(_ damage: Damage) {
        damages.insert(starts.count)
        verbatimCount += damage.bytes.count
        starts.append(damage.offset)
        pathIndices.append(-1)
        checker.add(damage)
    }
}
