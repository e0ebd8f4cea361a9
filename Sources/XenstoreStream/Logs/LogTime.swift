/// Times of logs as milliseconds since 1970.
package enum LogTime {
    /// The days from 1970-01-01 to a date of the Gregorian calendar.
    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The date that is so many days after 1970-01-01.
    static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let isLate = month >= 10
        return (
            yearOfEra + era * 400 + (isLate ? 1 : 0), isLate ? month - 9 : month + 3,
            dayOfYear - (153 * month + 2) / 5 + 1
        )
    }

    /// The time that date and clock say; nil if one of them does not exist.
    static func milliseconds(
        _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int, _ millisecond: Int
    ) -> Int64? {
        // A leap second is a second 60.
        guard year >= 1970, (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        return Int64(seconds) * 1000 + Int64(millisecond)
    }

    /// Appends a number with leading zeros.
    static func append(_ number: Int, width: Int, to text: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            text.append(ASCII.zero + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends date and clock, like `20261125T21:50:25` or with a blank between them.
    static func append(_ milliseconds: Int64, separator: UInt8, to text: inout [UInt8]) {
        let seconds = Int(milliseconds / 1000)
        let date = date(seconds / 86_400)
        let clock = seconds % 86_400
        append(date.year, width: 4, to: &text)
        append(date.month, width: 2, to: &text)
        append(date.day, width: 2, to: &text)
        text.append(separator)
        append(clock / 3600, width: 2, to: &text)
        text.append(ASCII.colon)
        append(clock / 60 % 60, width: 2, to: &text)
        text.append(ASCII.colon)
        append(clock % 60, width: 2, to: &text)
    }
}
