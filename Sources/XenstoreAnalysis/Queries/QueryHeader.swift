/// What the comment at the top of a named query says about it.
///
/// Lines of the form `-- key: text`. Keys: title, group, severity, needs, why, refs, param (any number), and columns, which is
/// the last; the comment's lines behind it are remarks.
public struct QueryHeader: Equatable, Sendable {
    public var title = ""
    public var group = ""
    /// Why the question is worth asking.
    public var why = ""
    /// Advisories and documents.
    public var references = ""
    public var severity = Severity.none
    /// Whether it says nothing of an image that holds a part of a host.
    public var needsWholeHost = false
    public var parameters: [Parameter] = []
    public var columns: [String] = []
    /// The comment's lines behind the columns.
    public var remarks: [String] = []

    /// What a row of the query is worth as a finding of `check`.
    public enum Severity: String, Sendable {
        /// The query answers, it does not accuse.
        case none
        case info, warning, error
    }

    /// A parameter, written `:name` in the SQL.
    public struct Parameter: Equatable, Sendable {
        public let name: String
        /// A whole number; text otherwise.
        public let isInteger: Bool
        public let isRequired: Bool
        /// What it is, with its default.
        public let help: String

        /// What holds where it is not given; nil where it must be.
        public var defaultText: String? {
            guard help.hasPrefix("(default ") else { return nil }
            return String(help.dropFirst("(default ".count).prefix { $0 != ")" })
        }

        /// Whether it is an image's id, for which the program takes a reference like @latest, too.
        public var isImage: Bool {
            isInteger && name.hasSuffix("_id")
        }
    }

    /// What is wrong with a header.
    public struct Problem: Error, Equatable, CustomStringConvertible {
        public let description: String
    }

    /// Reads the comment at the top of the SQL.
    /// - Throws: `Problem` where a key is unknown, doubled or missing, or a line has not its form.
    public init(_ sql: String) throws(Problem) {
        var seen: Set<String> = []
        for line in sql.split(separator: "\n").prefix(while: { $0.hasPrefix("--") }) {
            let text = line.dropFirst(2).drop { $0 == " " }
            guard columns.isEmpty else {
                remarks.append(String(text))
                continue
            }
            guard let colon = text.firstIndex(of: ":") else { throw Problem(description: "no key: \(text)") }
            let key = String(text[..<colon])
            guard key == "param" || seen.insert(key).inserted else {
                throw Problem(description: "\(key) is there twice")
            }
            try set(key, String(text[text.index(after: colon)...].drop { $0 == " " }))
        }
        for key in ["title", "group", "severity", "why", "columns"] where !seen.contains(key) {
            throw Problem(description: "\(key) is missing")
        }
    }

    private mutating func set(_ key: String, _ text: String) throws(Problem) {
        guard !text.isEmpty else { throw Problem(description: "\(key) says nothing") }
        switch key {
        case "title": title = text
        case "group": group = text
        case "why": why = text
        case "refs": references = text
        case "needs" where text == "the whole host": needsWholeHost = true
        case "severity":
            guard let value = Severity(rawValue: text) else {
                throw Problem(description: "severity is none, info, warning or error, not \(text)")
            }
            severity = value
        case "param": parameters.append(try Self.parameter(text))
        case "columns": columns = text.split(separator: ",").map { String($0.drop { $0 == " " }) }
        default: throw Problem(description: "\(key): \(text): nobody knows this")
        }
    }

    /// `name [integer] (required) help` or `name [integer] (default X) help`.
    private static func parameter(_ text: String) throws(Problem) -> Parameter {
        let name = text.prefix { $0 != " " }
        var help = text.dropFirst(name.count + 1)
        let isInteger = help.hasPrefix("integer ")
        if isInteger { help = help.dropFirst("integer ".count) }
        guard help.hasPrefix("(required) ") || help.hasPrefix("(default ") && help.contains(")") else {
            throw Problem(description: "param \(name): write (required) or (default X) and then what it is")
        }
        return Parameter(
            name: String(name), isInteger: isInteger, isRequired: help.hasPrefix("(required)"), help: String(help))
    }
}
