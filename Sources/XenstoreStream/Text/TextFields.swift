/// Decimal numbers of a text.
enum TextNumber {
    /// The number that the digits say, with a sign before them or not; nil where they are none, or say more than the type holds.
    static func read<Number: FixedWidthInteger>(_ digits: Octets, as type: Number.Type) -> Number? {
        guard digits.count <= 32 else { return nil }
        return Number(String(decoding: digits, as: UTF8.self))
    }
}

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

/// Permissions like `n0` and `r5`, one behind the other.
enum TextPermissions {
    /// Nil where one of them is none.
    static func read(_ text: Octets, separator: UInt8) -> [Permission]? {
        var list: [Permission] = []
        for word in text.split(separator: separator, omittingEmptySubsequences: false) {
            guard let letter = word.first, Permission.isLetter(letter), let domid = TextNumber.read(word.dropFirst(), as: UInt16.self) else { return nil }
            list.append(Permission(perm: letter, domid: domid))
        }
        return list
    }

    static func text(_ perms: [Permission], separator: UInt8) -> [UInt8] {
        var text: [UInt8] = []
        for perm in perms {
            if !text.isEmpty { text.append(separator) }
            text.append(perm.perm)
            text += Array(String(perm.domid).utf8)
        }
        return text
    }
}
