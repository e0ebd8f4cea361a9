import CSQLite

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Waiting for another process that holds an archive: up to a bound, and not in silence.
package final class BusyHandler {
    /// How long to wait, in seconds; to be set before the first archive is opened.
    nonisolated(unsafe) package static var seconds: Double = 60
    /// Is told once by each connection that waits for longer than a second; gets a line for people.
    nonisolated(unsafe) package static var report: (@Sendable (String) -> Void)?

    private let path: String
    private var began: Double = 0
    private var hasReported = false

    init(path: String) {
        self.path = path
    }

    /// The bound in words.
    static var text: String {
        seconds == seconds.rounded() && seconds < 1e9 ? "\(Int(seconds)) seconds" : "\(seconds) seconds"
    }

    /// The connection asks this object; it must live as long as the connection.
    func attach(to handle: OpaquePointer) {
        sqlite3_busy_handler(
            handle,
            { context, count in
                guard let context else { return 0 }
                return Unmanaged<BusyHandler>.fromOpaque(context).takeUnretainedValue().wait(count) ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Waits a little; false where the time is over.
    /// - Parameter count: how often it has waited for the same thing.
    private func wait(_ count: Int32) -> Bool {
        let now = Clock.seconds
        if count == 0 { began = now }
        let waited = now - began
        guard waited < Self.seconds else { return false }
        if waited > 1 && !hasReported {
            hasReported = true
            Self.report?("\(path): the archive is locked by another process; waiting up to \(Self.text)")
        }
        usleep(count < 10 ? 1000 : count < 100 ? 5000 : 25000)
        return true
    }
}
