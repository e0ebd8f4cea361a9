import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The version of this program.
package enum ProgramVersion {
    package static let name = "xsarchive"
    package static let number = "0.1.0"
}
