import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The version of this program.
public enum ProgramVersion {
    public static let name = "xsarchive"
    public static let number = "0.1.0"
}
