import CSQLite
import XenstoreStream

/// A value of any of SQLite's types.
public enum SQLValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    /// Text as the bytes that lie in the file: SQLite does not promise that they are valid UTF-8.
    case text(Octets)
    case blob(Octets)
}
