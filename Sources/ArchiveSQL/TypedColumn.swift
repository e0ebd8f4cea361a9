/// A column of a view or a named query with the type of its values.
///
/// SQLite gives the columns of a view or a query no types, and other programs need them. NULL is
/// possible in every column.
public struct TypedColumn: Equatable, Sendable {
    /// What the values of a column are.
    public enum ValueType: String, CaseIterable, Sendable {
        /// 64 bits with a sign.
        case integer
        /// A floating-point number.
        case real
        /// Printable text, in words of this program.
        case text
        /// Bytes of an image: TEXT if they are UTF-8 without U+0000, otherwise a BLOB.
        case octets
        /// A number, text or bytes, as the row's other columns say.
        case any
    }

    /// The column's name.
    public let name: String
    /// The type of its values.
    public let type: ValueType

    /// Reads `name type, name type`.
    /// - Parameter text: the list, on one line.
    /// - Returns: the columns; nil if a part is not a name and a type.
    public static func list(_ text: some StringProtocol) -> [TypedColumn]? {
        var columns: [TypedColumn] = []
        // By bytes: characters take ten times as long, and `check` reads many lists.
        for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            let words = part.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            guard words.count == 2, let type = ValueType(rawValue: words[1]) else { return nil }
            columns.append(TypedColumn(name: words[0], type: type))
        }
        return columns
    }
}
