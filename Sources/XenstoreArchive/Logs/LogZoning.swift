/// Gives segments of a log a time zone that was not known before.
struct LogZoning {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Sets the zone of the segments of a file that have none.
    /// - Returns: whether there was one.
    func set(_ zone: LogZone, of file: ArchivedLogFile) throws -> Bool {
        var isChanged = false
        for part in file.parts {
            let segment = try LogSegment.load(database, part.segmentID)
            guard segment.utcOffset == nil else { continue }
            isChanged = true
            try run(
                """
                UPDATE log_segment SET utc_offset = ?2, start = start - ?2 * \(LogZone.milliseconds),
                  finish = finish - ?2 * \(LogZone.milliseconds)
                WHERE segment_id = ?1
                """, segment.segmentID, zone.minutesAhead)
            // In two steps, as no minute may meet one that is still to be moved.
            let away: Int64 = 1 << 40
            try run("UPDATE log_minute SET minute = minute + ?2 WHERE segment_id = ?1", segment.segmentID, away)
            try run(
                "UPDATE log_minute SET minute = minute - ?2 WHERE segment_id = ?1", segment.segmentID,
                away + zone.minutesAhead)
        }
        return isChanged
    }

    private func run(_ sql: String, _ bindings: Int64...) throws {
        let statement = try database.prepare(sql)
        for (index, value) in bindings.enumerated() { try statement.bind(index + 1, value) }
        try statement.run()
    }
}
