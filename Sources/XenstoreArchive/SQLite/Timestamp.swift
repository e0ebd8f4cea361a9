/// Times in the form that the archive stores: UTC, ISO 8601, seconds, and a fraction of a second if
/// it is known and not zero.
///
/// `rtrim(time, 'Z')` sorts times as text: a second comes before its fractions, which have no zeros
/// at their end. With the Z, 12:00:00.5Z would come before 12:00:00Z.
package enum Timestamp {
    /// A time in one of the forms of `TimeText` (UTC, if it has no offset) as YYYY-MM-DDTHH:MM:SSZ,
    /// or with a fraction as YYYY-MM-DDTHH:MM:SS.fZ.
    /// - Throws: `ArchiveError` with code `usage` if it is not such a time, if the day or the time
    ///   does not exist, or if it is not in the years 0 to 9999 of UTC.
    package static func normalize(_ text: String) throws -> String {
        guard let parts = TimeText(text), let time = try utc(parts) else {
            throw ArchiveError(.usage, "\(text): not a valid time; use the form 2026-08-01T12:00:00Z")
        }
        return time + (parts.fraction.isEmpty ? "" : ".\(parts.fraction)") + "Z"
    }

    /// YYYY-MM-DDTHH:MM:SS in UTC; nil if there is no such time.
    private static func utc(_ parts: TimeText) throws -> String? {
        // SQLite accepts the 31st of any month, so the date is converted to a day and back, and
        // must stay the same.
        let database = try Database(path: ":memory:", mode: .write)
        let query = try database.prepare(
            "SELECT strftime('%Y-%m-%dT%H:%M:%S', ?1 || 'T' || ?2, ?3) WHERE date(julianday(?1)) = ?1")
        try query.bind(1, parts.date)
        try query.bind(2, parts.clock)
        try query.bind(3, "\(-parts.minutesAhead) minutes")
        // SQLite takes 24:00 for the next day's 00:00 in some versions only.
        guard parts.clock < "24", try query.step(), !query.isNull(0) else { return nil }
        let time = query.string(0)
        // A year before 0 has a sign.
        return time.hasPrefix("-") ? nil : time
    }

    /// Whether a time, as the archive stores it, is later than the system's clock says it is now.
    /// - Throws: `ArchiveError` if SQLite fails.
    package static func isInFuture(_ time: String) throws -> Bool {
        let database = try Database(path: ":memory:", mode: .write)
        let query = try database.prepare(
            "SELECT rtrim(?1, 'Z') > strftime('%Y-%m-%dT%H:%M:%f', 'now')")
        try query.bind(1, time)
        return try query.step() && query.integer(0) == 1
    }

    /// What the system's clock says, in seconds.
    /// - Throws: `ArchiveError` if SQLite fails.
    package static func now() throws -> String {
        let database = try Database(path: ":memory:", mode: .write)
        let query = try database.prepare("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')")
        return try query.step() ? query.string(0) : ""
    }

    /// Seconds since 1970 and nanoseconds as YYYY-MM-DDTHH:MM:SS.fZ.
    /// - Throws: `ArchiveError` with code `usage` if they are negative or after the year 9999.
    package static func text(seconds: Int64, nanoseconds: Int64) throws -> String {
        let whole = try text(seconds: seconds)
        guard (1..<1_000_000_000).contains(nanoseconds) else { return whole }
        var fraction = String(String(1_000_000_000 + nanoseconds).dropFirst())
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return "\(whole.dropLast()).\(fraction)Z"
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

    /// The nanoseconds since 1970 of a time as the archive stores it; nil if it is none, or not
    /// within 64 bits of 1970.
    /// - Throws: `ArchiveError` if SQLite fails.
    package static func nanoseconds(_ text: String) throws -> Int64? {
        guard let parts = TimeText(text) else { return nil }
        let database = try Database(path: ":memory:", mode: .write)
        let query = try database.prepare("SELECT CAST(strftime('%s', ?1 || 'T' || ?2) AS INTEGER)")
        try query.bind(1, parts.date)
        try query.bind(2, parts.clock)
        guard try query.step(), !query.isNull(0) else { return nil }
        let (whole, overflow) = query.integer(0).multipliedReportingOverflow(by: 1_000_000_000)
        let digits = parts.fraction + String(repeating: "0", count: max(0, 9 - parts.fraction.utf8.count))
        guard !overflow, let fraction = Int64(digits) else { return nil }
        return whole &+ fraction
    }
}
