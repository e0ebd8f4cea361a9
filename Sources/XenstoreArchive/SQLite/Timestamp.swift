import XenstoreStream

/// Times in the form that the archive stores: UTC, ISO 8601, whole seconds.
package enum Timestamp {
    /// `text` (YYYY-MM-DD, or with THH:MM[:SS[.fff]] and Z or an offset, otherwise UTC) as
    /// YYYY-MM-DDTHH:MM:SSZ.
    /// - Throws: `ArchiveError` with code `usage` if it is not such a time.
    package static func normalize(_ text: String) throws -> String {
        let digits = Array(text.utf8)
        let looksRight =
            digits.count >= 10 && digits[4] == 0x2D && digits[7] == 0x2D
            && digits[..<4].allSatisfy(ASCII.isDigit)
        // SQLite reads all these forms. It accepts the 31st of any month, so the date is converted
        // to a day and back, and must stay the same.
        let database = try Database(path: ":memory:", mode: .write)
        let query = try database.prepare(
            "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', julianday(?1)) "
                + "WHERE date(julianday(substr(?1, 1, 10))) = substr(?1, 1, 10) AND date(?1) IS NOT NULL"
        )
        try query.bind(1, text)
        guard looksRight, try query.step() else {
            throw ArchiveError(.usage, "\(text): not a valid time; use the form 2026-08-01T12:00:00Z")
        }
        return query.string(0)
    }

    /// Seconds since 1970 as YYYY-MM-DDTHH:MM:SSZ.
    /// - Throws: `ArchiveError` with code `usage` if they are negative or after the year 9999.
    package static func text(seconds: Int64) throws -> String {
        let database = try Database(path: ":memory:", mode: .write)
        let query = try database.prepare(
            "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?1, 'unixepoch') WHERE ?1 BETWEEN 0 AND 253402300799")
        try query.bind(1, seconds)
        guard try query.step() else {
            throw ArchiveError(.usage, "\(seconds): not a valid number of seconds since 1970")
        }
        return query.string(0)
    }
}
