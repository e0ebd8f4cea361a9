import XenstoreStream

/// The row of a segment: a run of lines of a log.
struct LogSegment {
    let segmentID: Int64
    let logID: Int64
    var position: Int64
    let lineCount: Int64
    let size: Int64
    let sha256: String
    let firstEvent: Int64
    let start: Int64?
    let finish: Int64?
    /// Minutes that the times in its lines are ahead of UTC, in which `start` and `finish` then
    /// are; nil: unknown.
    let utcOffset: Int64?
    let rotation: Int64?
    var joined: String?

    private static let columns = """
        segment_id, log_id, position, line_count, size, sha256, first_event, start, finish, rotation, joined,
        utc_offset
        """

    /// The segments of a log, in the order of their lines.
    static func all(_ database: Database, of logID: Int64) throws -> [LogSegment] {
        let rows = try database.prepare(
            "SELECT \(columns) FROM log_segment WHERE log_id = ? ORDER BY position, segment_id")
        try rows.bind(1, logID)
        var segments: [LogSegment] = []
        while try rows.step() { segments.append(LogSegment(rows)) }
        return segments
    }

    static func load(_ database: Database, _ segmentID: Int64) throws -> LogSegment {
        let row = try database.prepare("SELECT \(columns) FROM log_segment WHERE segment_id = ?")
        try row.bind(1, segmentID)
        guard try row.step() else {
            throw ArchiveError(
                .damaged, "\(database.path): the segment \(segmentID) of a log is missing; restore a backup")
        }
        return LogSegment(row)
    }

    /// What to add to a stored time for the time in the lines, in milliseconds.
    var shift: Int64 {
        // An archive that was tampered with may say anything.
        (utcOffset ?? 0) &* LogZone.milliseconds
    }

    /// Its first and its last time as its lines have them.
    var localTimes: (first: Int64, last: Int64)? {
        guard let start, let finish else { return nil }
        return (start &+ shift, finish &+ shift)
    }

    private init(_ row: Statement) {
        func number(_ column: Int) -> Int64? { row.isNull(column) ? nil : row.integer(column) }
        segmentID = row.integer(0)
        logID = row.integer(1)
        position = row.integer(2)
        lineCount = row.integer(3)
        size = row.integer(4)
        sha256 = row.string(5)
        firstEvent = row.integer(6)
        start = number(7)
        finish = number(8)
        rotation = number(9)
        joined = row.isNull(10) ? nil : row.string(10)
        utcOffset = number(11)
    }
}
