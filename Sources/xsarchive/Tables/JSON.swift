import XenstoreArchive
import XenstoreStream

/// A JSON value whose members keep their order, written in one pass.
///
/// Foundation's encoder sorts or shuffles members, and writes right-to-left control characters
/// unescaped; both matter here.
enum JSON {
    case null
    case integer(Int64)
    case unsigned(UInt64)
    case real(Double)
    case bool(Bool)
    case string(String)
    case array([JSON])
    /// Integers by the hundred thousand, which would take twenty times the memory as separate
    /// values.
    case integers([Int32])
    case object([(String, JSON)])

    /// UTF-8 bytes as a string, others as `{"hex": "..."}`.
    static func bytes(_ octets: Octets) -> JSON {
        octets.utf8Text.map(JSON.string) ?? data(octets)
    }

    /// Binary bytes, as `{"hex": "..."}`.
    static func data(_ octets: Octets) -> JSON {
        .object([("hex", .string(Hexadecimal.text(octets)))])
    }

    /// A value of SQLite: TEXT as a string if it is UTF-8, a BLOB as its bytes.
    static func value(_ value: SQLValue) -> JSON {
        switch value {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .text(let octets): .bytes(octets)
        case .blob(let octets): .data(octets)
        }
    }

    static func optional(_ text: String?) -> JSON {
        text.map(JSON.string) ?? .null
    }

    var text: String {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the value as UTF-8.
    /// - Parameters:
    ///   - result: what it is appended to.
    ///   - inHTML: whether to write `<`, `>` and `&`, which occur only in strings, as escapes that
    ///     mean the same, so that HTML finds nothing to interpret.
    func write(to result: inout [UInt8], inHTML: Bool = false) {
        switch self {
        case .null: result.append(contentsOf: "null".utf8)
        case .integer(let number): Decimal.append(number, to: &result)
        case .unsigned(let number): Decimal.append(number, to: &result)
        case .real(let number): result.append(contentsOf: Self.digits(number).utf8)
        case .bool(let value): result.append(contentsOf: (value ? "true" : "false").utf8)
        case .string(let text): Self.write(text, to: &result, inHTML: inHTML)
        case .array(let values):
            result.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { result.append(UInt8(ascii: ",")) }
                value.write(to: &result, inHTML: inHTML)
            }
            result.append(UInt8(ascii: "]"))
        case .integers(let numbers):
            var list = TextBuffer()
            list.put("[")
            for (index, number) in numbers.enumerated() {
                if index > 0 { list.put(",") }
                list.put(Int(number))
            }
            list.put("]")
            list.withBytes { result.append(contentsOf: $0) }
        case .object(let members):
            result.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { result.append(UInt8(ascii: ",")) }
                Self.write(member.0, to: &result, inHTML: inHTML)
                result.append(UInt8(ascii: ":"))
                member.1.write(to: &result, inHTML: inHTML)
            }
            result.append(UInt8(ascii: "}"))
        }
    }

    /// Appends bytes as a string if they are UTF-8, otherwise as `{"hex": "..."}`.
    static func write(_ octets: Octets, to result: inout [UInt8]) {
        guard Escape.isPlain(octets) else { return bytes(octets).write(to: &result) }
        result.append(UInt8(ascii: "\""))
        result.append(contentsOf: octets)
        result.append(UInt8(ascii: "\""))
    }

    private static func write(_ text: String, to result: inout [UInt8], inHTML: Bool) {
        result.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var rest = utf8[...]
            while true {
                let plain = rest.prefix { Escape.isPlain($0) && !(inHTML && isMarkup($0)) }
                result.append(contentsOf: plain)
                rest = rest[plain.endIndex...]
                guard let first = rest.first else { break }
                if first < 0x80 {
                    write(Unicode.Scalar(first), to: &result)
                    rest.removeFirst()
                    continue
                }
                // What follows is one scalar of a valid text.
                let next = rest.prefix(first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4)
                for scalar in String(decoding: next, as: UTF8.self).unicodeScalars { write(scalar, to: &result) }
                rest = rest[next.endIndex...]
            }
        }
        result.append(UInt8(ascii: "\""))
    }

    /// Whether HTML could interpret the byte.
    private static func isMarkup(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "&")
    }

    private static func write(_ scalar: Unicode.Scalar, to result: inout [UInt8]) {
        switch scalar {
        case "\"": result.append(contentsOf: #"\""#.utf8)
        case "\\": result.append(contentsOf: #"\\"#.utf8)
        case "\n": result.append(contentsOf: #"\n"#.utf8)
        case "\r": result.append(contentsOf: #"\r"#.utf8)
        case "\t": result.append(contentsOf: #"\t"#.utf8)
        // Only text for HTML comes here with markup: elsewhere it is plain.
        case _ where Escape.isUnsafe(scalar) || scalar.isASCII && isMarkup(UInt8(scalar.value)):
            for unit in UTF16.encode(scalar) ?? .init() {
                result.append(contentsOf: #"\u"#.utf8)
                result.append(contentsOf: hex(unit).utf8)
            }
        default: result.append(contentsOf: UTF8.encode(scalar) ?? .init())
        }
    }

    /// JSON has no infinity. SQLite's own notation of one is a number to JSON, and beyond the range
    /// of most readers. A value of SQLite is never "not a number".
    private static func digits(_ number: Double) -> String {
        number.isFinite ? String(number) : number.isNaN ? "null" : number < 0 ? "-9e999" : "9e999"
    }

    private static func hex(_ unit: UInt16) -> String {
        Hexadecimal.text([UInt8(unit >> 8), UInt8(unit & 0xFF)])
    }
}
