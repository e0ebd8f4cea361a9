import ArgumentParser
import XenstoreStream

/// A length of time, like 10s, 5min, 2h or 1d; a number alone is one of seconds.
struct TimeSpan: ExpressibleByArgument {
    let text: String
    let duration: Duration

    private static let units = [("min", 60.0), ("s", 1), ("h", 3600), ("d", 86_400)]
    /// The longest that makes sense, in seconds.
    private static let longest = 3.2e9

    init(seconds: Int) {
        self.init(text: "\(seconds)s", seconds: Double(seconds))
    }

    private init(text: String, seconds: Double) {
        (self.text, duration) = (text, .milliseconds(Int64((seconds * 1000).rounded())))
    }

    init?(argument: String) {
        let unit = Self.units.first { argument.hasSuffix($0.0) }
        let digits = argument.dropLast(unit?.0.utf8.count ?? 0)
        guard digits.utf8.first.map(ASCII.isDigit) == true,
            digits.utf8.allSatisfy({ ASCII.isDigit($0) || $0 == UInt8(ascii: ".") }), let number = Double(digits)
        else { return nil }
        let seconds = number * (unit?.1 ?? 1)
        guard seconds >= 0.1, seconds <= Self.longest else { return nil }
        self.init(text: argument, seconds: seconds)
    }

    var defaultValueDescription: String {
        text
    }
}
