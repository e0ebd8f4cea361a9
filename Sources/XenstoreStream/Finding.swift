/// Something about a stream that a person should know: what, how grave, where.
public struct Finding: Equatable, Sendable {
    public enum Severity: String, CaseIterable, Sendable {
        /// Worth knowing, harmless.
        case info
        /// Not as the document says.
        case warning
        /// Damage.
        case error
    }

    /// A short stable name, like `dirty-padding`.
    public let rule: String
    public let severity: Severity
    /// The record's number from 1 on; nil for the stream as a whole.
    public let record: Int?
    /// Bytes from the start of the stream.
    public let offset: Int?
    public let message: String

    public init(_ rule: String, _ severity: Severity, record: Int? = nil, offset: Int? = nil, _ message: String) {
        self.rule = rule
        self.severity = severity
        self.record = record
        self.offset = offset
        self.message = message
    }
}
