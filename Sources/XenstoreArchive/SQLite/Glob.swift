import CSQLite
import XenstoreStream

/// Patterns of SQLite's GLOB: `*` matches any characters, `?` one, `[...]` one of a set, `[^...]`
/// one that is not in the set.
package enum Glob {
    /// Whether the whole path matches. A path with a NUL is matched up to it; a path that is not
    /// UTF-8 is matched as SQLite reads it.
    package static func matches(_ path: Octets, _ pattern: String) -> Bool {
        (Array(path) + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { sqlite3_strglob(pattern, $0.baseAddress) == 0 }
        }
    }
}
