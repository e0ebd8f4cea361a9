import ArchiveSQL

/// The header comment of a named query.
///
/// Lines of the form `-- key: text`. Keys: title, group, severity, needs, why, refs, param (any
/// number), keywords, sentence (any number of lines), subject, and columns, which is the last: the
/// columns' names and types, on as many lines as end with a comma and one more. The comment's lines
/// after it are remarks.
public struct QueryHeader: Equatable, Sendable {
    /// The question in a few words.
    public var title = ""
    /// The group in the list of queries.
    public var group = ""
    /// Why the question is worth asking.
    public var why = ""
    /// Advisories and documents.
    public var references = ""
    /// The severity of a row as a finding.
    public var severity = Severity.none
    /// What an image must cover; otherwise the query does not apply to it.
    public var needs: [QueryNeed] = []
    /// The parameters, in order.
    public var parameters: [Parameter] = []
    /// The result's columns with the types of their values.
    public var typedColumns: [TypedColumn] = []
    /// Other words under which a reader may look for the query.
    public var keywords: [String] = []
    /// The columns that say what a row as a finding is about; all columns if the header does not
    /// say.
    public var subject: [String] = []
    /// A row as a finding in one sentence, with columns as `{column}` or `[column]`, and parts of
    /// which the first with values counts as `<A|B>`; may be empty.
    public var sentence = ""
    /// The comment's lines after the columns.
    public var remarks: [String] = []

    /// The names of the result's columns.
    public var columns: [String] { typedColumns.map(\.name) }

    /// The severity of a row as a finding of `check`.
    public enum Severity: String, Sendable {
        /// Rows are answers, not findings.
        case none
        case info, warning, error
    }

    /// A parameter, written `:name` in the SQL.
    public struct Parameter: Equatable, Sendable {
        /// The name without the colon.
        public let name: String
        /// Whether it is an integer; otherwise it is text.
        public let isInteger: Bool
        /// Whether it has no default.
        public let isRequired: Bool
        /// The description, which begins with `(required)` or `(default X)`.
        public let help: String

        /// The default; nil if the parameter is required.
        public var defaultText: String? {
            guard help.hasPrefix("(default ") else { return nil }
            return String(help.dropFirst("(default ".count).prefix { $0 != ")" })
        }

        /// Whether it is an image's id, for which the program also accepts a reference like
        /// @latest.
        public var isImage: Bool {
            isInteger && name.hasSuffix("_id")
        }
    }

    /// An error in a header.
    public struct Problem: Error, Equatable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// Reads the header comment of the SQL.
    /// - Throws: `Problem` if a key is unknown, repeated or missing, or a line is malformed.
    public init(_ sql: String) throws(Problem) {
        var seen: Set<String> = []
        var list = ""
        // By bytes, and without the lines of the query itself: `check` reads the headers of all
        // queries.
        var rest = sql.utf8[...]
        while rest.starts(with: "--".utf8) {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest[line.endIndex...].dropFirst()
            let text = Substring(line.dropFirst(2).drop { $0 == UInt8(ascii: " ") })
            if list.hasSuffix(",") {
                list += " " + text
                continue
            }
            guard list.isEmpty else {
                remarks.append(String(text))
                continue
            }
            guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                throw Problem(description: "a line has no key: \(text)")
            }
            let key = String(text[..<colon])
            guard ["param", "sentence"].contains(key) || seen.insert(key).inserted else {
                throw Problem(description: "\(key) occurs twice")
            }
            let value = String(Substring(text.utf8[colon...].dropFirst().drop { $0 == UInt8(ascii: " ") }))
            if key == "columns" { list = value } else { try set(key, value) }
        }
        for key in ["title", "group", "severity", "why", "columns"] where !seen.contains(key) {
            throw Problem(description: "\(key) is missing")
        }
        guard let columns = TypedColumn.list(list) else {
            throw Problem(description: "columns: \(list): give each column's name and type")
        }
        typedColumns = columns
        for name in subject where !columns.contains(where: { $0.name == name }) {
            throw Problem(description: "subject: \(name) is not a column")
        }
        if subject.isEmpty { subject = columns.map(\.name) }
    }

    private mutating func set(_ key: String, _ text: String) throws(Problem) {
        guard !text.isEmpty else { throw Problem(description: "\(key) is empty") }
        switch key {
        case "title": title = text
        case "group": group = text
        case "why": why = text
        case "refs": references = text
        case "needs":
            for name in text.split(separator: ",") { needs.append(try Self.need(String(name.drop { $0 == " " }))) }
        case "severity":
            guard let value = Severity(rawValue: text) else {
                throw Problem(description: "severity must be none, info, warning or error, not \(text)")
            }
            severity = value
        case "param": parameters.append(try Self.parameter(text))
        case "keywords": keywords = Self.names(text)
        case "subject": subject = Self.names(text)
        case "sentence": sentence += (sentence.isEmpty ? "" : " ") + text
        default: throw Problem(description: "\(key): \(text): unknown key or value")
        }
    }

    private static func names(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.drop { $0 == " " }) }
    }

    private static func need(_ name: String) throws(Problem) -> QueryNeed {
        guard let need = QueryNeed(name) else { throw Problem(description: "needs: \(name): unknown value") }
        return need
    }

    /// `name [integer] (required) help` or `name [integer] (default X) help`.
    private static func parameter(_ text: String) throws(Problem) -> Parameter {
        let name = text.prefix { $0 != " " }
        var help = text.dropFirst(name.count + 1)
        let isInteger = help.hasPrefix("integer ")
        if isInteger { help = help.dropFirst("integer ".count) }
        guard help.hasPrefix("(required) ") || help.hasPrefix("(default ") && help.contains(")") else {
            throw Problem(description: "param \(name): must have (required) or (default X), then a description")
        }
        return Parameter(
            name: String(name), isInteger: isInteger, isRequired: help.hasPrefix("(required)"), help: String(help))
    }
}
