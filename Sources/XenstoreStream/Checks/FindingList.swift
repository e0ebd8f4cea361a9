/// Findings with a limit for each rule, so that the list stays readable if an image is full of one
/// oddity.
struct FindingList {
    let limit: Int
    private var findings: [Finding] = []
    private var counts: [Rule: Int] = [:]

    init(limit: Int) {
        self.limit = limit
    }

    /// - Parameter message: what is there; it is made only if the finding is listed.
    mutating func add(_ rule: Rule, record: Int? = nil, offset: Int? = nil, _ message: @autoclosure () -> String) {
        counts[rule, default: 0] += 1
        if counts[rule, default: 0] <= limit {
            findings.append(Finding(rule, record: record, offset: offset, message()))
        }
    }

    /// Adds a finding about a record.
    /// - Parameters:
    ///   - byte: bytes from the record's type to the place in question.
    ///   - message: what is there; it is made only if the finding is listed.
    mutating func add(
        _ rule: Rule, at record: Record, byte: Int = 0, _ message: @autoclosure () -> String
    ) {
        add(rule, record: record.number, offset: record.offset + byte, message())
    }

    /// All findings in the order of the stream. If a rule exceeds the limit, a last finding counts
    /// the rest.
    var all: [Finding] {
        findings.enumerated().sorted { ($0.element.offset ?? -1, $0.offset) < ($1.element.offset ?? -1, $1.offset) }
            .map(\.element)
            + counts.filter { $0.value > limit }.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                Finding($0.key, "and \($0.value - limit) more of this kind", unlisted: $0.value - limit)
            }
    }
}
