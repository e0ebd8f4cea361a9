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

    /// The finding of a row.
    func finding(_ row: Statement) -> ImageFinding {
        let fields = columns.enumerated().map { (name: $0.element, value: row.value($0.offset)) }
        let sentence = FindingSentence(fields)
        let message = header.sentence.isEmpty ? "\(title): \(sentence.pairs)" : sentence.text(header.sentence)
        return ImageFinding(
            finding(message), fields: fields, subject: fields.filter { header.subject.contains($0.name) })
    }

    /// The finding that counts the rows that are not listed.
    func finding(unlisted count: Int) -> ImageFinding {
        let message = "\(title): and \(count) more; the query \(name) lists all"
        return ImageFinding(finding(message, unlisted: count), fields: [], subject: [])
    }

    private func finding(_ message: String, unlisted: Int = 0) -> Finding {
        Finding(
            rule: name, severity: severity ?? .info, record: nil, offset: nil, message: message, expected: "",
            unlistedCount: unlisted)
    }
}
