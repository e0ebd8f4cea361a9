import XenstoreStream

/// The row of a log, and what its files and segments add up to.
package struct ArchivedLog: Sendable {
    package let logID: Int64
    package let series: String
    package let name: String
    package let form: LogForm
    package let fileCount: Int64
    package let lineCount: Int64
    package let size: Int64
    /// The first and the last time, in milliseconds since 1970; nil if it has none.
    package let start: Int64?
    package let finish: Int64?
    /// The number of places at which lines may be missing.
    package let gapCount: Int64
    /// Whether the time zone of all its times is known.
    package let isZoneKnown: Bool

    /// All logs of an archive.
    package static func all(_ archive: Archive) throws -> [ArchivedLog] {
        try read(archive.database, "", [])
    }

    /// The log with an id.
    /// - Throws: `ArchiveError` if there is none.
    package static func log(_ logID: Int64, _ archive: Archive) throws -> ArchivedLog {
        guard let log = try read(archive.database, "WHERE l.log_id = ?", [logID]).first else {
            throw ArchiveError(
                .noSuchImage, "\(archive.database.path): no log has the id \(logID); 'xsarchive logs' lists them")
        }
        return log
    }

    private static func read(_ database: Database, _ condition: String, _ values: [Int64]) throws -> [ArchivedLog] {
        let rows = try database.prepare(
            """
            SELECT l.log_id, l.series, l.name, l.form, (SELECT count(*) FROM log_file f WHERE f.log_id = l.log_id),
                   sum(g.line_count), sum(g.size), min(g.start), max(g.finish),
                   count(*) - 1 - count(CASE WHEN g.position > 1 THEN g.joined END),
                   count(*) = count(g.utc_offset)
            FROM log l LEFT JOIN log_segment g ON g.log_id = l.log_id \(condition) GROUP BY l.log_id ORDER BY l.log_id
            """)
        for (index, value) in values.enumerated() { try rows.bind(index + 1, value) }
        var logs: [ArchivedLog] = []
        while try rows.step() {
            guard let form = LogForm(rawValue: rows.string(3)) else {
                throw ArchiveError(.damaged, "\(database.path): a log has an unknown form; restore a backup")
            }
            logs.append(
                ArchivedLog(
                    logID: rows.integer(0), series: rows.string(1), name: rows.string(2), form: form,
                    fileCount: rows.integer(4), lineCount: rows.integer(5), size: rows.integer(6),
                    start: rows.isNull(7) ? nil : rows.integer(7), finish: rows.isNull(8) ? nil : rows.integer(8),
                    gapCount: rows.integer(9), isZoneKnown: rows.integer(10) != 0))
        }
        return logs
    }
}
