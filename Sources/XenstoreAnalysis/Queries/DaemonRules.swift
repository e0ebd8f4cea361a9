/// The daemons whose rules of access differ; the rules themselves are in the view `daemon_rules`.
public enum DaemonRules: String, CaseIterable, Sendable {
    case c417 = "c-4.17"
    case c418 = "c-4.18"
    case c422 = "c-4.22"
    case oxenstored

    /// The daemons that follow these rules, in words.
    public var title: String {
        switch self {
        case .c417: "C xenstored 4.15 to 4.17"
        case .c418: "C xenstored 4.18 to 4.21"
        case .c422: "C xenstored 4.22 or later"
        case .oxenstored: "oxenstored"
        }
    }
}
