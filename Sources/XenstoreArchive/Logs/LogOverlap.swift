import XenstoreStream

/// Which lines of a file are in a segment already: a log grows, and its files are copied again.
struct LogOverlap {
    /// A run of the file's records that a segment has.
    struct Run: Equatable {
        let segmentID: Int64
        /// The index of the first record in the file, and how many.
        let records: Range<Int>
        /// The first line in the segment, from 1 on, and how many.
        let firstLine: Int64
        let lineCount: Int64
    }

    /// The most places of a segment that are tried as the beginning of the file.
    private static let mostPlaces = 1000

    private let database: Database
    private let scan: LogScan
    private let bytes: [UInt8]

    init(_ database: Database, _ scan: LogScan, _ bytes: [UInt8]) {
        self.database = database
        self.scan = scan
        self.bytes = bytes
    }

    /// A hash with a key that is new in every run of the program.
    private static func key(_ record: Octets) -> Int {
        var hasher = Hasher()
        record.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    /// The runs that segments have, in the order of the file and without a record in common.
    func runs(_ segments: [LogSegment]) throws -> [Run] {
        var runs: [Run] = []
        var keys: [Int] = []
        let times = scan.events.lazy.map(\.time).filter { $0 != LogEvent.noTime }
        for segment in segments {
            if let stored = segment.localTimes, let first = times.first, let last = times.last,
                stored.last < first || last < stored.first
            {
                continue
            }
            if keys.isEmpty { keys = scan.events.map { Self.key(bytes[$0.range]) } }
            if let run = try run(segment, keys), !runs.contains(where: { $0.records.overlaps(run.records) }) {
                runs.append(run)
            }
        }
        return runs.sorted { $0.records.lowerBound < $1.records.lowerBound }
    }

    private func run(_ segment: LogSegment, _ keys: [Int]) throws -> Run? {
        var (stored, lineCounts): ([Int], [Int64]) = ([], [])
        try LogDecoder(database, segment).forEachRecord { record in
            stored.append(Self.key(record))
            lineCounts.append(Int64(record.count { $0 == ASCII.newline }))
        }
        // The last line of a file may have no newline.
        if let last = lineCounts.indices.last, lineCounts[last] == 0 { lineCounts[last] = 1 }
        guard let match = Self.match(keys, stored, isDated) else { return nil }
        let before = lineCounts[..<match.second].reduce(0, +)
        let count = lineCounts[match.second..<match.second + match.count].reduce(0, +)
        let run = Run(
            segmentID: segment.segmentID, records: match.first..<match.first + match.count, firstLine: before + 1,
            lineCount: count)
        return try isSame(run, segment) ? run : nil
    }

    private func isDated(_ range: Range<Int>) -> Bool {
        scan.events[range].contains { $0.time != LogEvent.noTime && $0.operation != .none }
    }

    /// Where two runs of records are the same up to the end of one of them.
    static func match(
        _ first: [Int], _ second: [Int], _ isDated: (Range<Int>) -> Bool
    ) -> (first: Int, second: Int, count: Int)? {
        guard let firstKey = first.first, let secondKey = second.first else { return nil }
        func isSame(_ from: Int, _ other: Int) -> Int? {
            let count = min(first.count - from, second.count - other)
            for index in 0..<count where first[from + index] != second[other + index] { return nil }
            return isDated(from..<from + count) ? count : nil
        }
        var places = 0
        for other in second.indices where second[other] == firstKey {
            if let count = isSame(0, other) { return (0, other, count) }
            places += 1
            if places == mostPlaces { break }
        }
        places = 0
        for from in first.indices where first[from] == secondKey {
            if let count = isSame(from, 0) { return (from, 0, count) }
            places += 1
            if places == mostPlaces { break }
        }
        return nil
    }

    /// Compares the bytes themselves.
    private func isSame(_ run: Run, _ segment: LogSegment) throws -> Bool {
        guard let first = scan.events[run.records].first, let last = scan.events[run.records].last else { return false }
        var stored = Digest()
        try LogDecoder(database, segment).forEachRecord(firstLine: run.firstLine, lineCount: run.lineCount) {
            stored.update($0)
        }
        var own = Digest()
        own.update(bytes[first.offset..<last.range.upperBound])
        return stored.hexadecimal() == own.hexadecimal()
    }
}
