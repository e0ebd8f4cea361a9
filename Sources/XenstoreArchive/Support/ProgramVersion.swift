import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The name and version of this program.
package enum ProgramVersion {
    /// The name of the program.
    package static let name = "xsarchive"
    /// The version, by the rules of docs/versioning.md.
    package static let number = "0.1.0"
}
