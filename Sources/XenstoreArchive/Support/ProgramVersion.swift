import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The name and version of this program.
public enum ProgramVersion {
    /// The name of the program.
    public static let name = "xsarchive"
    /// The version, by the rules of docs/versioning.md.
    public static let number = "0.1.0"
}
