/// The time zone of a log's times, as an offset.
package struct LogZone: Equatable, Sendable {
    /// The milliseconds of a minute.
    static let milliseconds: Int64 = 60_000

    /// Minutes ahead of UTC.
    package let minutesAhead: Int64

    package static let utc = LogZone(0)

    /// The most minutes that a zone is away from UTC.
    private static let most: Int64 = 14 * 60

    private init(_ minutesAhead: Int64) {
        self.minutesAhead = minutesAhead
    }

    /// Nil if it is more than 14 hours.
    init?(minutesAhead: Int64) {
        guard (-Self.most...Self.most).contains(minutesAhead) else { return nil }
        self.minutesAhead = minutesAhead
    }

    /// Reads `Z`, `+02:00`, `+0200` or `+02`; nil if the text is none of these, or more than 14
    /// hours.
    package init?(_ text: String) {
        guard let first = text.first, "Zz+-".contains(first), let time = TimeText("2000-01-01T00:00:00" + text) else {
            return nil
        }
        self.init(Int64(time.minutesAhead))
    }

    /// The same, in milliseconds.
    var shift: Int64 { minutesAhead &* Self.milliseconds }

    /// `+02:00`, or `Z`.
    package var text: String {
        guard minutesAhead != 0 else { return "Z" }
        func digits(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
        let ahead = abs(minutesAhead)
        return (minutesAhead < 0 ? "-" : "+") + digits(ahead / 60) + ":" + digits(ahead % 60)
    }
}
