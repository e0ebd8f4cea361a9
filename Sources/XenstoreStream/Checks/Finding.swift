/// Something about an image that a person should know: what, how grave, where.
public struct Finding: Equatable, Sendable {
    public enum Severity: String, CaseIterable, Comparable, Sendable {
        /// Worth knowing, harmless.
        case info
        /// Not as the document says, or a trap for a daemon.
        case warning
        /// Damage.
        case error

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
    public let severity: Severity
    /// The record's number from 1 on; nil for the stream as a whole and for damaged spans.
    public let record: Int?
    /// Bytes from the start of the file.
    public let offset: Int?
    /// What is there; names from the image are escaped.
    public let message: String
    /// What one would expect.
    public let expected: String

    public init(_ rule: Rule, record: Int? = nil, offset: Int? = nil, _ message: String) {
        self.init(
            rule: rule.rawValue, severity: rule.severity, record: record, offset: offset, message: message, expected: rule.expected)
    }

    /// A finding as an archive keeps it.
    public init(rule: String, severity: Severity, record: Int?, offset: Int?, message: String, expected: String) {
        self.rule = rule
        self.severity = severity
        self.record = record
        self.offset = offset
        self.message = message
        self.expected = expected
    }
}

/// Findings with a limit for each rule, so that an image full of one oddity stays readable.
struct FindingList {
    let limit: Int
    private var findings: [Finding] = []
    private var counts: [Rule: Int] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// - Parameter message: what is there; made only where the finding is kept.
    mutating func add(_ rule: Rule, record: Int? = nil, offset: Int? = nil, _ message: @autoclosure () -> String) {
        counts[rule, default: 0] += 1
        if counts[rule, default: 0] <= limit { findings.append(Finding(rule, record: record, offset: offset, message())) }
    }

    /// In the order of the stream, with a line for what is more than the limit.
    var all: [Finding] {
        findings.enumerated().sorted { ($0.element.offset ?? -1, $0.offset) < ($1.element.offset ?? -1, $1.offset) }.map(\.element)
            + counts.filter { $0.value > limit }.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                Finding($0.key, "and \($0.value - limit) more of this kind")
            }
    }
}
