import ArchiveSQL
import XenstoreArchive

/// A query of queries/: its SQL and what the comment at its top says about it.
public struct NamedQuery: Sendable {
    public let name: String
    public let sql: String
    public let title: String
    public let group: String
    /// Why the question is worth asking.
    public let why: String
    /// Advisories and documents.
    public let references: String
    public let parameters: [Parameter]
    public let columns: [String]

    /// A parameter, written `:name` in the SQL.
    public struct Parameter: Equatable, Sendable {
        public let name: String
        /// A whole number; text otherwise.
        public let isInteger: Bool
        public let isRequired: Bool
        /// What it is, with its default.
        public let help: String
    }

    /// All queries in the order of their names.
    public static let all: [NamedQuery] = ArchiveSQL.queries.map { NamedQuery(name: $0.name, sql: $0.sql) }

    /// Reads the `-- key: text` lines at the top of the SQL.
    init(name: String, sql: String) {
        self.name = name
        self.sql = sql
        var entries: [(key: String, text: String)] = []
        for line in sql.split(separator: "\n").prefix(while: { $0.hasPrefix("--") }) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let key = line[line.index(line.startIndex, offsetBy: 2)..<colon].drop { $0 == " " }
            let text = line[line.index(after: colon)...].drop { $0 == " " }
            entries.append((String(key), String(text)))
        }
        func text(_ key: String) -> String { entries.first { $0.key == key }?.text ?? "" }
        title = text("title")
        group = text("group")
        why = text("why")
        references = text("refs")
        columns = text("columns").split(separator: ",").map { String($0.drop { $0 == " " }) }
        parameters = entries.filter { $0.key == "param" }.map { entry in
            let name = entry.text.prefix { $0 != " " }
            var help = entry.text.dropFirst(name.count + 1)
            let isInteger = help.hasPrefix("integer ")
            if isInteger { help = help.dropFirst("integer ".count) }
            return Parameter(name: String(name), isInteger: isInteger, isRequired: help.hasPrefix("(required)"), help: String(help))
        }
    }

    /// Prepares the query with its parameters bound; those not given are NULL, which the SQL takes for the default.
    /// - Throws: `ArchiveError` with code `usage` where a parameter is missing or unknown.
    public func prepare(_ archive: Archive, parameters given: [String: String]) throws -> Statement {
        for name in given.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
            let known = parameters.map(\.name).joined(separator: ", ")
            throw ArchiveError(.usage, "query \(name == "image_id" ? "\(self.name) takes no image" : "\(self.name) has no parameter \(name)"); it has: \(known)")
        }
        for parameter in parameters where parameter.isRequired && given[parameter.name] == nil {
            let how = parameter.name == "image_id" ? "-i IMAGE" : "-P \(parameter.name)=..."
            throw ArchiveError(.usage, "query \(name) needs \(parameter.name); give it with \(how)")
        }
        let statement = try archive.database.prepareReadOnly(sql)
        for (name, value) in given {
            guard let index = statement.parameterIndex(":" + name) else { continue }
            guard parameters.contains(where: { $0.name == name && $0.isInteger }) else {
                try statement.bind(index, value)
                continue
            }
            guard let number = Int64(value) else {
                throw ArchiveError(.usage, "query \(self.name): \(name) is a whole number, not \(value); write \(name)=10")
            }
            try statement.bind(index, number)
        }
        return statement
    }
}
