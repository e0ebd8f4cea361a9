/// How a log is written: by which daemon, and through what.
package enum LogForm: String, CaseIterable, Sendable {
    /// oxenstored's access log, written by itself.
    case access
    /// oxenstored's access log, written through syslog.
    case syslog
    /// The trace log of the C xenstored, in the forms of all its versions.
    case trace

    /// Whether the times of the log are UTC; otherwise they are the host's local times.
    package var isUTC: Bool {
        self != .trace
    }

    /// What the log is, with its article.
    package var title: String {
        switch self {
        case .access: "an access log of oxenstored"
        case .syslog: "an access log of oxenstored, written by syslog"
        case .trace: "a trace log of the C xenstored"
        }
    }
}
