#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the process's standard streams are connected to.
package enum Terminal {
    /// Whether standard output is a terminal. Asked once: each line that is printed needs it.
    package static let isStandardOutput = isatty(STDOUT_FILENO) == 1

    /// Whether standard error is a terminal.
    package static let isStandardError = isatty(STDERR_FILENO) == 1

    /// The columns of the terminal on standard output: COLUMNS if it is set, otherwise the window's
    /// width. Nil if standard output is not a terminal.
    package static var width: Int? {
        guard isStandardOutput else { return nil }
        if let text = getenv("COLUMNS"), let columns = Int(String(cString: text)), columns > 0 { return columns }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
