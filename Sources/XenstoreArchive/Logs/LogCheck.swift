import XenstoreStream

/// Checks the tables of logs.
struct LogCheck {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// What is wrong with a segment: with its bytes, or with what repeats them.
    func problem(of segment: LogSegment) throws -> String? {
        var (digest, lines) = (Digest(), Int64(0))
        var endsInside = false
        try LogDecoder(database, segment).forEachRecord { record in
            digest.update(record)
            lines += Int64(record.count { $0 == ASCII.newline })
            endsInside = record.last != ASCII.newline
        }
        if endsInside { lines += 1 }
        if digest.hexadecimal() != segment.sha256 {
            return "its segment \(segment.segmentID) does not come out byte for byte"
        }
        if lines != segment.lineCount {
            return "its segment \(segment.segmentID) has \(lines) lines, but its row says \(segment.lineCount)"
        }
        return try tallyProblem(segment)
    }

    /// Compares the sums with the events.
    private func tallyProblem(_ segment: LogSegment) throws -> String? {
        let row = try database.prepare(
            """
            SELECT count(*), (SELECT sum(events) FROM event_tally WHERE segment_id = ?1),
                   count(CASE WHEN segment_id <> ?1 THEN 1 END)
            FROM event WHERE event_id BETWEEN ?2 AND ?2 + ?3 - 1
            """)
        try row.bind(1, segment.segmentID)
        try row.bind(2, segment.firstEvent)
        try row.bind(3, segment.lineCount)
        guard try row.step() else { return nil }
        if row.integer(2) > 0 { return "events of its segment \(segment.segmentID) say that they are of another one" }
        if row.integer(0) != row.integer(1) {
            return "its segment \(segment.segmentID) has \(row.integer(0)) events, but event_tally adds up to "
                + "\(row.integer(1))"
        }
        return nil
    }

    /// What is wrong with a log; nil if nothing is.
    func problem(of logID: Int64) throws -> String? {
        for segment in try LogSegment.all(database, of: logID) {
            if let problem = try problem(of: segment) { return problem }
        }
        for file in try ArchivedLogFile.all(database, of: logID)
        where try LogExporter(database).write(file, { _ in }) != file.sha256 {
            return "its file \(Escape.short(Octets(file.name.utf8))) does not come out byte for byte"
        }
        return nil
    }

    /// The ids of all logs.
    func logIDs() throws -> [Int64] {
        let rows = try database.prepare("SELECT log_id FROM log ORDER BY log_id")
        var ids: [Int64] = []
        while try rows.step() { ids.append(rows.integer(0)) }
        return ids
    }
}
