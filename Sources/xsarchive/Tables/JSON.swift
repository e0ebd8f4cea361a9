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
        var result = ""
        write(to: &result)
        return result
    }

    private func write(to result: inout String) {
        switch self {
        case .null: result += "null"
        case .integer(let number): result += String(number)
        case .unsigned(let number): result += String(number)
        case .real(let number): result += Self.digits(number)
        case .bool(let value): result += value ? "true" : "false"
        case .string(let text): Self.write(text, to: &result)
        case .array(let values):
            result += "["
            for (index, value) in values.enumerated() {
                if index > 0 { result += "," }
                value.write(to: &result)
            }
            result += "]"
        case .integers(let numbers):
            result += "["
            for (index, number) in numbers.enumerated() { result += index > 0 ? ",\(number)" : "\(number)" }
            result += "]"
        case .object(let members):
            result += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { result += "," }
                Self.write(member.0, to: &result)
                result += ":"
                member.1.write(to: &result)
            }
            result += "}"
        }
    }

    private static func write(_ text: String, to result: inout String) {
        result += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where Escape.isUnsafe(scalar):
                for unit in UTF16.encode(scalar) ?? .init() { result += "\\u" + hex(unit) }
            default: result.unicodeScalars.append(scalar)
            }
        }
        result += "\""
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
