/// Something about an image that a person should know: what, how severe, where.
public struct Finding: Equatable, Sendable {
    /// How severe a finding is.
    public enum Severity: String, CaseIterable, Comparable, Sendable {
        /// Worth knowing, harmless.
        case info
        /// A difference from the document, or a trap for a daemon.
        case warning
        /// Damage.
        case error

        /// `info` is below `warning`, and `warning` below `error`.
        public static func < (left: Severity, right: Severity) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int {
            switch self {
            case .info: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// A rule's short stable name, like `dirty-padding`.
    public let rule: String
    /// How severe the finding is.
    public let severity: Severity
    /// The record's number, from 1; nil for the stream as a whole and for damaged spans.
    public let record: Int?
    /// Bytes from the start of the file; nil if the finding has no place.
    public let offset: Int?
    /// What is there. Names from the image are escaped.
    public let message: String
    /// What a healthy image would have instead.
    public let expected: String
    /// How many other findings of the rule this one counts, because not all are listed; 0 for one
    /// that is listed.
    public let unlistedCount: Int

    /// A finding of a rule, with the severity and the expected text of the rule.
    public init(_ rule: Rule, record: Int? = nil, offset: Int? = nil, _ message: String) {
        self.init(rule, record: record, offset: offset, message, unlisted: 0)
    }

    /// - Parameter unlisted: how many findings it counts.
    init(_ rule: Rule, record: Int? = nil, offset: Int? = nil, _ message: String, unlisted: Int) {
        self.init(
            rule: rule.rawValue, severity: rule.severity, record: record, offset: offset, message: message,
            expected: rule.expected, unlistedCount: unlisted)
    }

    /// A finding as an archive stores it.
    public init(
        rule: String, severity: Severity, record: Int?, offset: Int?, message: String, expected: String,
        unlistedCount: Int = 0
    ) {
        self.rule = rule
        self.severity = severity
        self.record = record
        self.offset = offset
        self.message = message
        self.expected = expected
        self.unlistedCount = unlistedCount
    }
}
