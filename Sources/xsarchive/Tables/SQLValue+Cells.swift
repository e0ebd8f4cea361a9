import XenstoreArchive
import XenstoreStream

extension SQLValue {
    /// The number of bytes of a text or a BLOB.
    var count: Int {
        switch self {
        case .text(let octets), .blob(let octets): octets.count
        case .null, .integer, .real: 0
        }
    }

    /// The value in a table for people.
    var cell: String {
        switch self {
        case .null: "-"
        case .integer(let number): String(number)
        case .real(let number): JSON.real(number).text
        case .text(let octets): Escape.printable(octets)
        case .blob(let octets):
            octets.count <= 24
                ? "x'\(Hexadecimal.text(octets))'"
                : "x'\(Hexadecimal.text(octets.prefix(24)))...' (\(octets.count) bytes)"
        }
    }

    static func string(_ text: String?) -> SQLValue {
        text.map { .text(Octets($0.utf8)) } ?? .null
    }
}
