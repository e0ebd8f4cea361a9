/// Reads a time from the bytes of a file name.
struct NameTimeScanner {
    let bytes: [UInt8]
    var index: Int

    static func isDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte)
    }

    private var isAtDigit: Bool {
        index < bytes.count && Self.isDigit(bytes[index])
    }

    /// Reads what `body` reads; if `body` returns nil, reads nothing.
    private mutating func attempt<Result>(_ body: (inout NameTimeScanner) -> Result?) -> Result? {
        var copy = self
        guard let result = body(&copy) else { return nil }
        self = copy
        return result
    }

    private mutating func number(_ digits: Int, _ range: ClosedRange<Int>) -> String? {
        guard index + digits <= bytes.count, bytes[index..<index + digits].allSatisfy(Self.isDigit) else { return nil }
        let text = String(decoding: bytes[index..<index + digits], as: UTF8.self)
        guard let value = Int(text), range.contains(value) else { return nil }
        index += digits
        return text
    }

    private mutating func one(of characters: String) -> Bool {
        guard index < bytes.count, characters.utf8.contains(bytes[index]) else { return false }
        index += 1
        return true
    }

    mutating func time() -> NameTime? {
        if let seconds = attempt({ $0.epoch() }) { return seconds }
        guard let day = attempt({ $0.date() }) else { return nil }
        let joint = index < bytes.count ? bytes[index] : 0
        let hasT = joint | 0x20 == UInt8(ascii: "t")
        let clock = attempt { scanner -> Clock? in
            _ = scanner.one(of: "Tt_-. ")
            return scanner.clock()
        }
        guard let clock else {
            // 20260801123 is a different number.
            if isAtDigit { return nil }
            return NameTime(moment: isAtClock(afterT: hasT) ? .impossible : .date(day), isCertain: false)
        }
        if clock.separator == UInt8(ascii: ":"), startsNumber(at: index, after: ":") {
            return NameTime(moment: .impossible, isCertain: false)
        }
        let time = day + "T" + clock.text
        if clock.hasSeconds, let fractional = attempt({ $0.fraction(of: time, clock, hasT: hasT) }) {
            return fractional
        }
        let zone = zone(clock, hasT: hasT)
        guard !isAtDigit else { return nil }
        return Self.time(time, zone)
    }

    private static func time(_ text: String, _ zone: Zone) -> NameTime {
        switch zone {
        case .none: NameTime(moment: .date(text), isCertain: false)
        case .offset(let offset, let isCertain): NameTime(moment: .date(text + offset), isCertain: isCertain)
        case .unclear: NameTime(moment: .unclear, isCertain: false)
        case .impossible: NameTime(moment: .impossible, isCertain: false)
        }
    }

    /// The time with the fraction of a second at the index. Without an offset after it, a number
    /// after a point is a fraction only if it has three, six or nine digits, as clocks give them:
    /// another one may be a counter, as in state-20260801-120000.1.
    private mutating func fraction(of time: String, _ clock: Clock, hasT: Bool) -> NameTime? {
        let hasComma = index < bytes.count && bytes[index] == UInt8(ascii: ",")
        guard one(of: ".,") else { return nil }
        let start = index
        while isAtDigit { index += 1 }
        let count = index - start
        guard count > 0 else { return nil }
        let digits = String(decoding: bytes[start..<index], as: UTF8.self)
        let zone = zone(clock, hasT: hasT)
        if case .none = zone, !hasComma, ![3, 6, 9].contains(count) { return nil }
        guard count <= 9 else { return NameTime(moment: .impossible, isCertain: false) }
        return Self.time("\(time).\(digits)", zone)
    }

    /// Whether the index is at what has the form of a time of the day.
    private func isAtClock(afterT hasT: Bool) -> Bool {
        guard index < bytes.count else { return false }
        let rest = bytes[(index + 1)...].prefix(7)
        let isDigit = rest.map(Self.isDigit)
        func digits(_ range: Range<Int>) -> Bool {
            isDigit.count >= range.upperBound && isDigit[range].allSatisfy { $0 }
        }
        guard "Tt_-. ".utf8.contains(bytes[index]), digits(0..<2) else { return false }
        if digits(0..<6) { return isDigit.count == 6 || !isDigit[6] }
        if hasT && digits(0..<4) { return true }
        guard isDigit.count >= 5, digits(3..<5) else { return false }
        return (hasT ? ":-." : ":").utf8.contains(rest[rest.startIndex + 2])
    }

    private func startsNumber(at position: Int, after character: Unicode.Scalar) -> Bool {
        position + 1 < bytes.count && bytes[position] == UInt8(ascii: character) && Self.isDigit(bytes[position + 1])
    }

    /// Seconds since 1970, from 2001 to 2099.
    private mutating func epoch() -> NameTime? {
        guard let text = number(10, 1_000_000_000...4_102_444_799), !isAtDigit, let seconds = Int64(text) else {
            return nil
        }
        return NameTime(moment: .secondsSince1970(seconds), isCertain: false)
    }

    private mutating func date() -> String? {
        guard let year = number(4, 1970...2999) else { return nil }
        let isParted = one(of: "-")
        guard let month = number(2, 1...12), one(of: "-") == isParted, let day = number(2, 1...31) else { return nil }
        return "\(year)-\(month)-\(day)"
    }

    /// A time of the day as a name has it.
    private struct Clock {
        /// HH:MM:SS.
        let text: String
        let hasSeconds: Bool
        /// Between hours and minutes; nil if there is none.
        let separator: UInt8?
    }

    private mutating func clock() -> Clock? {
        guard let hour = number(2, 0...23) else { return nil }
        let separator = index < bytes.count && ":-.".utf8.contains(bytes[index]) ? bytes[index] : nil
        if separator != nil { index += 1 }
        guard let minute = number(2, 0...59) else { return nil }
        let second = attempt { scanner -> String? in
            if let separator {
                guard scanner.index < scanner.bytes.count, scanner.bytes[scanner.index] == separator else { return nil }
                scanner.index += 1
            }
            return scanner.number(2, 0...59)
        }
        if let second { return Clock(text: "\(hour):\(minute):\(second)", hasSeconds: true, separator: separator) }
        guard separator != nil, !isAtDigit else { return nil }
        return Clock(text: "\(hour):\(minute):00", hasSeconds: false, separator: separator)
    }

    /// What follows a time of the day.
    private enum Zone {
        case none
        /// Z, or an offset as `Timestamp.normalize` reads it.
        case offset(String, isCertain: Bool)
        case unclear, impossible
    }

    private mutating func zone(_ clock: Clock, hasT: Bool) -> Zone {
        if let utc = attempt({ $0.utc() }) { return utc }
        if let offset = attempt({ $0.offset(clock, hasT: hasT) }) { return offset }
        return .none
    }

    private mutating func utc() -> Zone? {
        guard one(of: "Zz") else { return nil }
        let isWord = index < bytes.count && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[index] | 0x20)
        return isWord ? nil : .offset("Z", isCertain: true)
    }

    /// An offset from UTC, nil if there is another number or none.
    private mutating func offset(_ clock: Clock, hasT: Bool) -> Zone? {
        _ = one(of: " ")
        let isAhead = index < bytes.count && bytes[index] == UInt8(ascii: "+")
        guard one(of: "+-"), isAtDigit else { return nil }
        let sign = isAhead ? "+" : "-"
        let start = index
        while isAtDigit { index += 1 }
        let digits = bytes[start..<index].map { Int($0) - 0x30 }
        if digits.count == 2, startsNumber(at: index, after: ":") {
            index += 1
            let hours = digits[0] * 10 + digits[1]
            guard let minutes = number(2, 0...59), hours * 60 + (Int(minutes) ?? 0) <= 14 * 60, !isAtDigit else {
                return .impossible
            }
            // The end of a range of times, as in 12:00:00-13:30:00.
            if startsNumber(at: index, after: ":") { return .unclear }
            return .offset("\(sign)\(Self.twoDigits(hours)):\(minutes)", isCertain: true)
        }
        guard digits.count == 2 || digits.count == 4 else { return isAhead ? .impossible : nil }
        let hours = digits[0] * 10 + digits[1]
        let minutes = digits.count == 4 ? digits[2] * 10 + digits[3] : 0
        guard hours * 60 + minutes <= 14 * 60, minutes <= 59 else { return isAhead ? .impossible : nil }
        let text = "\(sign)\(Self.twoDigits(hours)):\(Self.twoDigits(minutes))"
        if isAhead { return .offset(text, isCertain: true) }
        // After a hyphen there may be another number. Offsets are at most 12 hours in this
        // direction, and have whole quarters of an hour.
        guard hours * 60 + minutes <= 12 * 60, minutes % 15 == 0 else { return nil }
        let isISO = clock.separator == UInt8(ascii: ":") || hasT && clock.separator != UInt8(ascii: "-")
        if isISO { return .offset(text, isCertain: digits.count == 4) }
        // Two digits after 20260801-120000 count files.
        return digits.count == 4 ? .unclear : nil
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
