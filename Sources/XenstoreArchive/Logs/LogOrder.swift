/// Puts the segments of a log in the order of time, whatever order they were imported in.
struct LogOrder {
    private let database: Database
    private let logID: Int64

    init(_ database: Database, _ logID: Int64) {
        self.database = database
        self.logID = logID
    }

    /// Computes the position of each segment, and how it is known that it follows the one before.
    /// - Parameter followers: which segment was found directly after which, in one file.
    func compute(_ followers: [Int64: Int64]) throws {
        var segments = try LogSegment.all(database, of: logID)
        // UTC does not go back an hour in autumn, but is of use only if it is known of all.
        let isUTC = segments.allSatisfy { $0.utcOffset != nil }
        func times(_ segment: LogSegment) -> (first: Int64, last: Int64) {
            let local = segment.localTimes ?? (.max, .max)
            return isUTC ? (segment.start ?? .max, segment.finish ?? .max) : local
        }
        segments.sort { first, second in
            let (left, right) = (times(first), times(second))
            if left.first != right.first { return left.first < right.first }
            if left.last != right.last { return left.last < right.last }
            if first.rotation != second.rotation { return (first.rotation ?? -1) > (second.rotation ?? -1) }
            return first.segmentID < second.segmentID
        }
        let names = try names()
        let update = try database.prepare("UPDATE log_segment SET position = ?, joined = ? WHERE segment_id = ?")
        var position: Int64 = 1
        var previous: LogSegment?
        for segment in segments {
            try update.bind(1, position)
            if let joined = joined(segment, after: previous, followers, names) {
                try update.bind(2, joined)
            } else {
                try update.bindNull(2)
            }
            try update.bind(3, segment.segmentID)
            try update.run()
            position += segment.lineCount
            previous = segment
        }
    }

    private func joined(
        _ segment: LogSegment, after previous: LogSegment?, _ followers: [Int64: Int64],
        _ names: [Int64: [(run: Int64, name: LogName)]]
    ) -> String? {
        guard let previous else { return nil }
        // Segments are only cut apart: those that were together in one file stay neighbours.
        if followers[previous.segmentID] == segment.segmentID { return "file" }
        let isRotated = (names[segment.segmentID] ?? []).contains { later in
            (names[previous.segmentID] ?? []).contains { $0.run == later.run && later.name.follows($0.name) }
        }
        return isRotated ? "rotation" : nil
    }

    /// Which segment follows which in one of the log's files.
    static func followers(_ files: [ArchivedLogFile]) -> [Int64: Int64] {
        var followers: [Int64: Int64] = [:]
        for file in files {
            for (part, next) in zip(file.parts, file.parts.dropFirst()) { followers[part.segmentID] = next.segmentID }
        }
        return followers
    }

    /// The names of the files that begin or end with each segment, with the run of the import.
    private func names() throws -> [Int64: [(run: Int64, name: LogName)]] {
        let rows = try database.prepare(
            """
            SELECT p.segment_id, f.run, f.name FROM log_part p JOIN log_file f ON f.file_id = p.file_id
            WHERE f.log_id = ?
            """)
        try rows.bind(1, logID)
        var names: [Int64: [(run: Int64, name: LogName)]] = [:]
        while try rows.step() {
            names[rows.integer(0), default: []].append((rows.integer(1), LogName(rows.string(2))))
        }
        return names
    }
}
