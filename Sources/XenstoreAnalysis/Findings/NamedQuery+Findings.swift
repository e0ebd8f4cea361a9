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
        let message = header.sentence.isEmpty ? "\(title): \(Self.pairs(fields))" : sentence(fields)
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

    /// Every value that is not NULL, after the name of its column.
    private static func pairs(_ fields: [ImageFinding.Field]) -> String {
        fields.compactMap { name, value in value == .null ? nil : "\(name) \(quoted(value))" }.joined(separator: ", ")
    }

    /// The header's sentence with the values of a row: `{column}` as a value, with quotation marks
    /// around a text, `[column]` as words; a list of domids becomes `1, 2 and 3`.
    private func sentence(_ fields: [ImageFinding.Field]) -> String {
        var result = ""
        var rest = Substring(header.sentence)
        while let start = rest.firstIndex(where: { $0 == "{" || $0 == "[" }) {
            result += rest[..<start]
            let isQuoted = rest[start] == "{"
            let end = rest[start...].firstIndex(of: isQuoted ? "}" : "]") ?? rest.endIndex
            let name = rest[start..<end].dropFirst()
            let value = fields.first { $0.name == name }?.value ?? .null
            result += isQuoted ? Self.quoted(value) : Self.words(value, isList: name == "domids")
            rest = rest[end...].dropFirst()
        }
        return result + rest
    }

    private static func quoted(_ value: SQLValue) -> String {
        switch value {
        case .null: "none"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let octets), .blob(let octets): Escape.short(octets)
        }
    }

    private static func words(_ value: SQLValue, isList: Bool) -> String {
        guard case .text(let octets) = value else { return quoted(value) }
        let text = Escape.printable(octets)
        return isList ? list(text.split(separator: " ").map(String.init)) : text
    }
}
