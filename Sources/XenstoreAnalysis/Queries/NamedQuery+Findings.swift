import XenstoreArchive
import XenstoreStream

extension NamedQuery {
    /// The queries whose rows are findings.
    public static var rules: [NamedQuery] {
        all.filter { $0.severity != nil }
    }

    /// What a row is worth as a finding; nil where the query does not accuse.
    public var severity: Finding.Severity? {
        Finding.Severity(rawValue: header.severity.rawValue)
    }

    func finding(_ message: String) -> Finding {
        Finding(
            rule: name, severity: severity ?? .info, record: nil, offset: nil, message: "\(title): \(message)",
            expected: "")
    }
}
