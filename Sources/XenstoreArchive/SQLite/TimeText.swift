import XenstoreStream

/// The parts of a time as ISO 8601, RFC 3339 and date(1) write it.
///
/// Known forms: a date YYYY-MM-DD, optionally followed by T or a blank, HH:MM, :SS, a fraction of
/// one to nine digits after a point or comma, and Z or an offset: +02, +0200 or +02:00, also after
/// a blank. HH alone needs Z or an offset. The same without the hyphens and colons. Numbers are not
/// compared with the calendar, except that an offset is at most 14 hours.
struct TimeText {
    /// YYYY-MM-DD.
    let date: String
    /// HH:MM:SS.
    let clock: String
    /// The digits of the fraction, without zeros at their end.
    let fraction: String
    /// Minutes that the time is ahead of UTC; 0 if the text has no offset.
    let minutesAhead: Int

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        var next: UInt8? {
            index < bytes.count ? bytes[index] : nil
        }

        mutating func one(of characters: String) -> Bool {
            guard let next, characters.utf8.contains(next) else { return false }
            index += 1
            return true
        }

        mutating func digits(_ count: Int) -> String? {
            guard index + count <= bytes.count, bytes[index..<index + count].allSatisfy(ASCII.isDigit) else {
                return nil
            }
            index += count
            return String(decoding: bytes[index - count..<index], as: UTF8.self)
        }

        mutating func number(_ count: Int, upTo most: Int) -> Int? {
            digits(count).flatMap(Int.init).flatMap { $0 <= most ? $0 : nil }
        }
    }

    /// Nil if the text has none of these forms.
    init?(_ text: String) {
        var reader = Reader(bytes: Array(text.utf8))
        guard let year = reader.digits(4) else { return nil }
        let isParted = reader.one(of: "-")
        guard let month = reader.digits(2), reader.one(of: "-") == isParted, let day = reader.digits(2) else {
            return nil
        }
        date = "\(year)-\(month)-\(day)"
        guard reader.next != nil else {
            (clock, fraction, minutesAhead) = ("00:00:00", "", 0)
            return
        }
        guard reader.one(of: "Tt "), let hour = reader.digits(2) else { return nil }
        var rest: [String] = []
        while rest.count < 2, isParted ? reader.one(of: ":") : reader.next.map(ASCII.isDigit) == true {
            guard let number = reader.digits(2) else { return nil }
            rest.append(number)
        }
        clock = ([hour] + rest + ["00", "00"]).prefix(3).joined(separator: ":")
        var fraction = ""
        if rest.count == 2, reader.one(of: ".,") {
            while let digit = reader.digits(1) { fraction += digit }
            guard (1...9).contains(fraction.utf8.count) else { return nil }
            while fraction.hasSuffix("0") { fraction.removeLast() }
        }
        self.fraction = fraction
        guard let minutes = Self.minutesAhead(&reader), reader.next == nil else {
            guard reader.next == nil, !rest.isEmpty else { return nil }
            minutesAhead = 0
            return
        }
        minutesAhead = minutes
    }

    /// The minutes of Z or an offset; nil if neither follows. If it is malformed, bytes are left.
    private static func minutesAhead(_ reader: inout Reader) -> Int? {
        if reader.one(of: "Zz") { return 0 }
        _ = reader.one(of: " ")
        guard let sign = reader.next, reader.one(of: "+-") else { return nil }
        let start = reader.index
        guard let hours = reader.number(2, upTo: 14) else {
            reader.index = start - 1
            return nil
        }
        guard reader.next != nil else { return sign == ASCII.plus ? hours * 60 : -hours * 60 }
        _ = reader.one(of: ":")
        guard let minutes = reader.number(2, upTo: 59), hours * 60 + minutes <= 14 * 60 else {
            reader.index = start - 1
            return nil
        }
        return (hours * 60 + minutes) * (sign == ASCII.plus ? 1 : -1)
    }
}
