#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Asks for memory before something grows with what a file holds: an array that cannot grow ends
/// the program, in the middle of its work and without a word about the file.
package enum Memory {
    /// Less than this is not asked for.
    private static let small = 1 << 24

    /// Whether this process can get so many bytes more, in one piece.
    package static func isAvailable(_ count: Int) -> Bool {
        guard count >= small else { return true }
        // Nothing is touched, so this takes no time.
        guard let start = malloc(count) else { return false }
        free(start)
        return true
    }

    /// The error about a file that is larger than the memory.
    /// - Parameters:
    ///   - path: the file's name.
    ///   - count: how many of its bytes were read.
    static func shortage(_ path: String, after count: Int) -> ArchiveError {
        ArchiveError(
            .file,
            "\(path): not enough memory for more than \(count) bytes of it; free some, or raise the limit of the "
                + "process (ulimit -v)")
    }

    /// Asks for what reading an image takes, beyond its bytes: where its records are, their paths.
    /// - Parameters:
    ///   - path: the file's name.
    ///   - count: the number of its bytes.
    /// - Throws: `ArchiveError` if there is not enough memory.
    package static func requireForReading(_ path: String, _ count: Int) throws {
        let (needed, isTooMuch) = count.multipliedReportingOverflow(by: 2)
        guard isTooMuch || !isAvailable(needed) else { return }
        throw ArchiveError(
            .file,
            "\(path): not enough memory to read its \(count) bytes; free some, or raise the limit of the process "
                + "(ulimit -v)")
    }
}
