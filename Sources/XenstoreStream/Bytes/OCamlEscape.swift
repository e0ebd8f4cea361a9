/// The escapes of OCaml's `String.escaped`: `\\ \" \n \t \b \r`, and three decimal digits for
/// everything else that is not printable ASCII.
package enum OCamlEscape {
    private static let letters: [(byte: UInt8, letter: UInt8)] = [
        (ASCII.backslash, ASCII.backslash), (ASCII.quote, ASCII.quote), (ASCII.newline, ASCII.n), (ASCII.tab, ASCII.t),
        (0x08, ASCII.b), (ASCII.carriageReturn, ASCII.r),
    ]

    /// The bytes as text with these escapes.
    package static func text(_ octets: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for byte in octets {
            if let letter = letters.first(where: { $0.byte == byte })?.letter {
                result += [ASCII.backslash, letter]
            } else if ASCII.isPrintable(byte) {
                result.append(byte)
            } else {
                result += [
                    ASCII.backslash, ASCII.zero + byte / 100, ASCII.zero + byte / 10 % 10, ASCII.zero + byte % 10,
                ]
            }
        }
        return result
    }

    /// The bytes before they were escaped; nil if an escape is not one of these.
    package static func read(_ text: Octets) -> [UInt8]? {
        BackslashEscape.read(text) { rest in
            if let byte = letters.first(where: { $0.letter == rest.first })?.byte {
                rest = rest.dropFirst()
                return byte
            }
            let digits = rest.prefix(3)
            guard digits.count == 3, digits.allSatisfy(ASCII.isDigit) else { return nil }
            rest = rest.dropFirst(3)
            return UInt8(String(decoding: digits, as: UTF8.self))
        }
    }
}
