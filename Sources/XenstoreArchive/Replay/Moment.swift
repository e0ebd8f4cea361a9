import XenstoreStream

/// A point in the time of a log.
package enum Moment: Equatable, Sendable {
    /// All that happened up to the end of this time, in milliseconds since 1970, UTC: a range if
    /// only its second is known.
    case time(Range<Int64>)
    /// The end of the log.
    case latest

    /// The moment at which an image was captured, and until when it can have been, in milliseconds
    /// since 1970.
    /// - Parameter text: a time as the archive stores it.
    /// - Throws: `ArchiveError` if SQLite fails.
    static func milliseconds(_ text: String) throws -> Range<Int64>? {
        guard let nanoseconds = try Timestamp.nanoseconds(text), nanoseconds >= 0 else { return nil }
        let start = nanoseconds / 1_000_000
        // A time without a fraction is a whole second.
        return start..<start + (text.utf8.contains(ASCII.dot) ? 1 : 1000)
    }

    /// Milliseconds since 1970 as a time.
    package static func text(_ milliseconds: Int64) throws -> String {
        let (seconds, rest) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return try Timestamp.text(seconds: seconds, nanoseconds: rest * 1_000_000)
    }
}
