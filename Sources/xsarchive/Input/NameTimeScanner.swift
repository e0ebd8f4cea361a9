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
        let clock = attempt { scanner -> String? in
            _ = scanner.one(of: "Tt_-. ")
            return scanner.clock()
        }
        guard let clock else {
            // 20260801123 is a different number.
            return isAtDigit ? nil : NameTime(moment: .date(day), isCertain: false)
        }
        let zone = attempt { $0.zone() }
        guard !isAtDigit else { return nil }
        return NameTime(moment: .date(day + "T" + clock + (zone ?? "")), isCertain: zone != nil)
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

    private mutating func clock() -> String? {
        guard let hour = number(2, 0...23) else { return nil }
        let isParted = one(of: ":-.")
        guard let minute = number(2, 0...59) else { return nil }
        let second = attempt { scanner -> String? in
            guard scanner.one(of: ":-.") == isParted else { return nil }
            return scanner.number(2, 0...59)
        }
        if let second { return "\(hour):\(minute):\(second)" }
        return isParted && !isAtDigit ? "\(hour):\(minute):00" : nil
    }

    private mutating func zone() -> String? {
        let start = index
        if one(of: "Zz") {
            let isWord = index < bytes.count && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[index] | 0x20)
            return isWord ? nil : "Z"
        }
        guard one(of: "+-") else { return nil }
        let sign = bytes[start] == UInt8(ascii: "+") ? "+" : "-"
        guard let hours = number(2, 0...14) else { return nil }
        // In 20260801-120000-0200 the last four digits may be a separate number.
        guard one(of: ":") || sign == "+", let minutes = number(2, 0...59) else { return nil }
        return "\(sign)\(hours):\(minutes)"
    }
}
