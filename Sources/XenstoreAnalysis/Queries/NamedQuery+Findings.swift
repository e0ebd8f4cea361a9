import XenstoreArchive
import XenstoreStream

extension NamedQuery {
    /// The queries whose rows are findings.
    public static var rules: [NamedQuery] {
        all.filter { $0.severity != nil }
    }

    /// The severity of a row as a finding; nil if the query's rows are not findings.
    public var severity: Finding.Severity? {
        Finding.Severity(rawValue: header.severity.rawValue)
    }

    func finding(_ message: String) -> Finding {
        Finding(
            rule: name, severity: severity ?? .info, record: nil, offset: nil, message: "\(title): \(message)",
            expected: "")
    }
}
