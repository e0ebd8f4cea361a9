import ArgumentParser

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The program's exit statuses.
enum Exit: Int32 {
    /// Done, or no difference.
    case done = 0
    /// Differences or findings.
    case differences = 1
    /// Bad input, a damaged archive, no space, no such image.
    case trouble = 2
    /// Wrong usage.
    case usage = 64

    var code: ExitCode {
        ExitCode(rawValue)
    }

    static func now(_ status: Exit) -> Never {
        exit(status.rawValue)
    }
}
