import CSQLite

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Waits for another process that has locked an archive: up to a limit, and with a report.
package final class BusyHandler {
    /// How long to wait, in seconds; set it before the first archive is opened.
    nonisolated(unsafe) package static var seconds: Double = 60
    /// Called once by each connection that waits longer than a second, with a line for people.
    nonisolated(unsafe) package static var report: (@Sendable (String) -> Void)?

    private let path: String
    private var began: Double = 0
    private var hasReported = false

    init(path: String) {
        self.path = path
    }

    /// The limit in words.
    static var text: String {
        let isWhole = seconds == seconds.rounded() && seconds < 1e9
        return (isWhole ? "\(Int(seconds))" : "\(seconds)") + (seconds == 1 ? " second" : " seconds")
    }

    /// Makes the connection call this object, which must exist as long as the connection.
    func attach(to handle: OpaquePointer) {
        sqlite3_busy_handler(
            handle,
            { context, count in
                guard let context else { return 0 }
                return Unmanaged<BusyHandler>.fromOpaque(context).takeUnretainedValue().wait(count) ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Waits a little; false if the time is over.
    /// - Parameter count: how often it has waited for the same lock.
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
