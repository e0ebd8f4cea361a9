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

    static func string(_ text: String?) -> SQLValue {
        text.map { .text(Octets($0.utf8)) } ?? .null
    }
}
