import XenstoreStream

/// How the times of a log relate to UTC.
struct ReplayZone {
    /// The log's times minus UTC, in milliseconds.
    let offset: Int64
    /// Whether that is known. Otherwise the times are taken as UTC.
    let isKnown: Bool

    private static let quarter: Int64 = 15 * 60 * 1000
    private static let most: Int64 = 14 * 60 * 60 * 1000
    /// A file is written in the second of its last line.
    private static let tolerance: Int64 = 2000

    /// The C xenstored writes the host's time. When a file was written last, in UTC, shows by how
    /// much it differs, if that was when its last line was written.
    init(_ database: Database, _ log: ArchivedLog, _ segments: [LogSegment]) throws {
        // Times of which the zone is known are stored as UTC.
        guard log.form == .trace, !log.isZoneKnown else {
            (offset, isKnown) = (0, true)
            return
        }
        // If some are and some are not, no one offset does for all.
        guard segments.allSatisfy({ $0.utcOffset == nil }) else {
            (offset, isKnown) = (0, false)
            return
        }
        let rows = try database.prepare(
            """
            SELECT f.modified_at, (SELECT p.segment_id FROM log_part p WHERE p.file_id = f.file_id
                                   ORDER BY p.part DESC LIMIT 1)
            FROM log_file f WHERE f.log_id = ? AND f.modified_at IS NOT NULL ORDER BY f.file_id DESC
            """)
        try rows.bind(1, log.logID)
        while try rows.step() {
            guard let written = try Moment.milliseconds(rows.string(0)),
                let finish = segments.first(where: { $0.segmentID == rows.integer(1) })?.finish
            else { continue }
            let (difference, overflow) = finish.subtractingReportingOverflow(written.lowerBound)
            guard !overflow, difference.magnitude <= UInt64(Self.most + Self.tolerance) else { continue }
            let rounded =
                (difference + (difference < 0 ? -Self.quarter / 2 : Self.quarter / 2)) / Self.quarter * Self.quarter
            guard abs(difference - rounded) <= Self.tolerance else { continue }
            (offset, isKnown) = (rounded, true)
            return
        }
        (offset, isKnown) = (0, false)
    }
}
