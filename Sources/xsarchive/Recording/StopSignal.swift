#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// SIGTERM and SIGINT as something to read, so that they end a wait and no other work.
enum StopSignal {
    /// The end of a pipe into which the handler writes; -1: there is none.
    nonisolated(unsafe) private static var input: Int32 = -1

    /// Takes the two signals from now on.
    /// - Returns: a descriptor that has something to read once one of them came; nil if there are
    ///   no more descriptors.
    static func take() -> Int32? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // The handler must not wait, however many signals come.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        input = ends[1]
        for number in [SIGTERM, SIGINT] {
            signal(number) { _ in
                let saved = errno
                var byte: UInt8 = 1
                _ = write(StopSignal.input, &byte, 1)
                errno = saved
            }
        }
        return ends[0]
    }
}
