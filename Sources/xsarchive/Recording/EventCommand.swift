import XenstoreArchive

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A command of the user's that gets each event on its standard input.
///
/// Nothing of an event is in the command itself: guests write what is in an event.
struct EventCommand {
    /// A line for the shell.
    let line: String

    /// Runs the command and waits for its end.
    /// - Returns: what went wrong; nil if nothing did.
    func run(_ event: String) -> String? {
        guard let pipe = popen(line, "w") else { return "cannot be started: \(String(cString: strerror(errno)))" }
        let bytes = Array((event + "\n").utf8)
        // A command that does not read its input is none of our business.
        _ = fwrite(bytes, 1, bytes.count, pipe)
        let status = pclose(pipe)
        return status == 0 ? nil : status & 0x7F == 0 ? "ended with status \(status >> 8 & 0xFF)" : "ended by a signal"
    }
}
