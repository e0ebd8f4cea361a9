import XenstoreArchive

/// A time in a file's name, like state_dump-2026-08-01T12:00:00Z.bin.
///
/// Known forms: a date YYYY-MM-DD or YYYYMMDD, optionally followed by a time HH:MM:SS (separated by
/// `:`, `-` or `.`, the seconds can be missing) or HHMMSS, a fraction of a second, and Z or an
/// offset like +02:00, +0200 or +02. T, t, `_`, `-`, `.` or a blank can separate date and time. Or
/// exactly ten digits, which are seconds since 1970.
///
/// What follows a hyphen is an offset only if the time has colons, or T before it and no hyphens:
/// in 20260801-120000-0200 the last number may be another one.
public struct NameTime: Equatable, Sendable {
    /// The time as the name gives it.
    public enum Moment: Equatable, Sendable {
        /// As `Timestamp.normalize` reads it.
        case date(String)
        case secondsSince1970(Int64)
        /// It has the form of a time, but no such time exists.
        case impossible
        /// It is followed by something that may be an offset from UTC.
        case unclear
    }

    /// The time as the name gives it.
    public let moment: Moment
    /// Whether the name is unambiguous: it has a date, a time and its offset from UTC.
    public let isCertain: Bool

    /// The time as the archive stores it.
    /// - Throws: `ArchiveError` with code `usage` if there is no such time, or if its offset from
    ///   UTC is unclear.
    public func normalized() throws -> String {
        switch moment {
        case .date(let text): try Timestamp.normalize(text)
        case .secondsSince1970(let seconds): try Timestamp.text(seconds: seconds)
        case .impossible: throw ArchiveError(.usage, "the time does not exist")
        case .unclear: throw ArchiveError(.usage, "the offset from UTC is unclear")
        }
    }

    /// All times in a name.
    public static func all(in name: String) -> [NameTime] {
        let bytes = Array(name.utf8)
        var times: [NameTime] = []
        var index = 0
        while index < bytes.count {
            var scanner = NameTimeScanner(bytes: bytes, index: index)
            let isStart = index == 0 || !NameTimeScanner.isDigit(bytes[index - 1])
            if isStart, let time = scanner.time() {
                times.append(time)
                index = scanner.index
            } else {
                index += 1
            }
        }
        return times
    }
}
