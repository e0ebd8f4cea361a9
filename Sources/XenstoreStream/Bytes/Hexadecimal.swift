/// Octets as two hexadecimal digits each.
enum Hexadecimal {
    /// Nil where the digits are none, or an odd number.
    static func read(_ digits: Octets) -> [UInt8]? {
        guard digits.count % 2 == 0 else { return nil }
        var octets: [UInt8] = []
        octets.reserveCapacity(digits.count / 2)
        var place = digits.startIndex
        while place < digits.endIndex {
            guard let high = value(digits[place]), let low = value(digits[place + 1]) else { return nil }
            octets.append(high << 4 | low)
            place += 2
        }
        return octets
    }

    static func append(_ octets: Octets, to text: inout [UInt8]) {
        for octet in octets {
            text.append(digit(octet >> 4))
            text.append(digit(octet & 15))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x57 + value
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x57
        case 0x41...0x46: digit - 0x37
        default: nil
        }
    }
}
