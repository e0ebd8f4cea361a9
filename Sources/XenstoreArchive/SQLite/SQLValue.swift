import CSQLite
import XenstoreStream

/// A value of any of SQLite's types.
public enum SQLValue: Equatable, Sendable {
    /// NULL.
    case null
    /// An integer of up to 64 bits.
    case integer(Int64)
    /// A floating-point number.
    case real(Double)
    /// The bytes of TEXT in the file: SQLite does not promise that they are valid UTF-8.
    case text(Octets)
    /// The bytes of a BLOB.
    case blob(Octets)
}
