import CSQLite
import XenstoreStream

/// Patterns as SQLite's GLOB has them: `*` any characters, `?` one, `[...]` one of some, `[^...]` one of the others.
package enum Glob {
    /// Whether the whole path matches. A path with a NUL is matched up to it, one that is no UTF-8 as SQLite reads it.
    package static func matches(_ path: Octets, _ pattern: String) -> Bool {
        (Array(path) + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { sqlite3_strglob(pattern, $0.baseAddress) == 0 }
        }
    }
}
