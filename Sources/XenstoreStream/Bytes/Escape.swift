/// Makes bytes of an image safe to print on a terminal: guests write them.
public enum Escape {
    /// The bytes as text, with everything escaped that could steer a terminal, reorder the line or
    /// stay invisible.
    ///
    /// `\n`, `\r`, `\t`, `\\` as in C; other controls, format characters and bytes that are not
    /// UTF-8 as `\xNN` or `\u{NNNN}`.
    public static func printable(_ octets: Octets) -> String {
        if isPlain(octets) { return String(decoding: octets, as: UTF8.self) }
        var result = ""
        var rest = octets[...]
        while !rest.isEmpty {
            // First the longest valid prefix as text, then one bad byte.
            if let text = rest.utf8Text {
                append(text.unicodeScalars, to: &result)
                return result
            }
            let valid = validPrefix(rest)
            append(String(decoding: valid, as: UTF8.self).unicodeScalars, to: &result)
            rest = rest.dropFirst(valid.count)
            if let byte = rest.popFirst() { result += "\\x" + Hexadecimal.text(byte) }
        }
        return result
    }

    /// The text, escaped like the bytes.
    public static func printable(_ text: String) -> String {
        if text.utf8.allSatisfy(isPlain) { return text }
        var result = ""
        append(text.unicodeScalars, to: &result)
        return result
    }

    /// Like `printable`, in quotation marks; a quotation mark among the bytes gets a backslash.
    public static func quoted(_ octets: Octets) -> String {
        if isPlain(octets) { return "\"" + String(decoding: octets, as: UTF8.self) + "\"" }
        var result = "\""
        for scalar in printable(octets).unicodeScalars {
            if scalar == "\"" { result.unicodeScalars.append("\\") }
            result.unicodeScalars.append(scalar)
        }
        result.unicodeScalars.append("\"")
        return result
    }

    /// Appends the bytes to a text as `quoted` writes them.
    package static func append(quoted octets: Octets, to text: inout [UInt8]) {
        guard isPlain(octets) else { return text.append(contentsOf: quoted(octets).utf8) }
        text.append(UInt8(ascii: "\""))
        text.append(contentsOf: octets)
        text.append(UInt8(ascii: "\""))
    }

    /// Appends the bytes to a text as `quoted` writes them.
    package static func append(quoted bytes: UnsafeRawBufferPointer, to text: inout TextBuffer) {
        guard isPlain(bytes) else { return text.put(Array(quoted(Octets(bytes)).utf8)) }
        text.put(UInt8(ascii: "\""))
        text.put(bytes)
        text.put(UInt8(ascii: "\""))
    }

    /// Like `quoted`, cut off after 120 bytes.
    public static func short(_ octets: Octets) -> String {
        quoted(octets.prefix(120)) + (octets.count > 120 ? "..." : "")
    }

    /// Escapes only characters that could do harm: for messages, whose values are already escaped.
    public static func harmless(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar) {
                append(String.UnicodeScalarView([scalar]), to: &result)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether the bytes are printed as they are, in quotation marks and without: nearly all of an
    /// image's paths and values are.
    package static func isPlain(_ octets: Octets) -> Bool {
        octets.withUnsafeBytes(isPlain)
    }

    /// Checks eight bytes at a time: a bit is set for each that is below 0x20, above 0x7E, a
    /// quotation mark or a backslash.
    package static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (ones, tops) = (UInt64(0x0101_0101_0101_0101), UInt64(0x8080_8080_8080_8080))
        func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
        var offset = 0
        while offset + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let control = (word &- 0x20 &* ones) & ~word
            let marks = zeros(word ^ UInt64(UInt8(ascii: "\"")) &* ones) | zeros(word ^ UInt64(ASCII.backslash) &* ones)
            if (control | marks | word | (word &+ ones)) & tops != 0 { return false }
            offset += 8
        }
        while offset < bytes.count {
            if !isPlain(bytes[offset]) { return false }
            offset += 1
        }
        return true
    }

    package static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Whether a character could do harm or stay invisible on a terminal.
    public static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20 && scalar.value < 0x7F { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return true
        // Spaces other than U+0020, and characters drawn as nothing: fillers, variation selectors,
        // the empty Braille cell.
        case .spaceSeparator: return true
        default: return scalar.properties.isDefaultIgnorableCodePoint || scalar.value == 0x2800
        }
    }

    private static func append(_ scalars: String.UnicodeScalarView, to result: inout String) {
        for scalar in scalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\\": result += "\\\\"
            case _ where isUnsafe(scalar):
                result +=
                    scalar.value < 0x100
                    ? "\\x" + Hexadecimal.text(UInt8(scalar.value)) : "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func validPrefix(_ octets: Octets) -> Octets {
        var decoder = UTF8()
        var iterator = octets.makeIterator()
        var count = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { count += UTF8.width(scalar) }
        return octets.prefix(count)
    }
}
