import XenstoreArchive

/// A run of lines of a log. It never changes; lines that are imported later are another one.
struct PublishedSegment {
    let segmentID: Int64
    let sha256: String
    let firstEvent: Int64
    let lastEvent: Int64

    /// The segments of all logs, in the order of their import.
    static func all(in archive: Archive) throws -> [PublishedSegment] {
        let rows = try archive.database.prepare(
            "SELECT segment_id, sha256, first_event, last_event FROM log_segment ORDER BY segment_id")
        var segments: [PublishedSegment] = []
        while try rows.step() {
            segments.append(
                PublishedSegment(
                    segmentID: rows.integer(0), sha256: rows.string(1), firstEvent: rows.integer(2),
                    lastEvent: rows.integer(3)))
        }
        return segments
    }

    /// Calls `body` with the columns of each record in the segment.
    func forEachEvent(in archive: Archive, _ body: ([(String, JSON)]) throws -> Void) throws {
        let rows = try archive.database.prepare(
            """
            SELECT e.log_id, l.name AS log, e.series, e.position, e.time, e.connection, e.domid, e.tid, e.operation,
                   e.path, e.value, e.perms, e.token, e.complete, e.outcome, e.line, e.file, e.cause, e.result,
                   e.took_effect
            FROM events e JOIN log l ON l.log_id = e.log_id
            WHERE e.event_id BETWEEN ? AND ?
            ORDER BY e.event_id
            """)
        try rows.bind(1, firstEvent)
        try rows.bind(2, lastEvent)
        while try rows.step() {
            try body(rows.members)
        }
    }
}
