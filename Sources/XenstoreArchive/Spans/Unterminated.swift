import XenstoreStream

/// The bits of the column `unterminated`.
enum Unterminated {
    static func bit(_ field: Field) -> Int64 {
        field == .token ? 2 : 1
    }
}
