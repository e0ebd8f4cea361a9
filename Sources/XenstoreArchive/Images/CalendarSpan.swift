/// A length of time in the units of a calendar, such as a year and six months.
public struct CalendarSpan: Equatable, Sendable {
    /// Years and months, as the calendar has them.
    public var years = 0
    /// Months of the calendar.
    public var months = 0
    /// Days of 24 hours.
    public var days = 0
    /// Hours.
    public var hours = 0

    /// The most of each unit.
    private static let most = 100_000

    /// A text such as `1y6m`, `7d` or `36h`: numbers with `y`, `m` (months), `d` and `h`, in this
    /// order. Nil if it is none, or no time at all.
    public init?(_ text: String) {
        let units: [(Character, WritableKeyPath<CalendarSpan, Int>)] = [
            ("y", \.years), ("m", \.months), ("d", \.days), ("h", \.hours),
        ]
        var rest = text[...]
        for (unit, part) in units {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, rest.dropFirst(digits.count).first == unit else { continue }
            guard let number = Int(digits), number <= Self.most else { return nil }
            self[keyPath: part] = number
            rest = rest.dropFirst(digits.count + 1)
        }
        guard rest.isEmpty, years + months + days + hours > 0 else { return nil }
    }

    /// The span as it is given.
    public var text: String {
        [(years, "y"), (months, "m"), (days, "d"), (hours, "h")].filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
    }
}
