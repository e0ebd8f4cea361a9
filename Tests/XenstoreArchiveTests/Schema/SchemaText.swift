import ArchiveSQL

/// What the files of schema/ say of a table and its columns, in their comments.
enum SchemaText {
    private static let lines = ArchiveSQL.migrations.joined(separator: "\n").split(
        separator: "\n", omittingEmptySubsequences: false)

    /// The line that makes the table last: a migration makes a new one beside the old one, as NAME_2, and renames it.
    private static func start(of table: String) -> Int? {
        lines.lastIndex { line in [table, table + "_2"].contains { line.hasPrefix("CREATE TABLE \($0) (") } }
    }

    /// The comment before a line.
    private static func comment(before index: Int) -> String {
        let above = lines[..<index].reversed().prefix { $0.hasPrefix("--") }.reversed()
        return above.map { String($0.dropFirst(2).drop { $0 == " " }) }.joined(separator: " ")
    }

    /// The comment before the table.
    static func comment(of table: String) -> String {
        start(of: table).map(comment(before:)) ?? ""
    }

    /// The comment behind the column, or before the statement that has added it.
    static func comment(of column: String, in table: String) -> String {
        guard let start = start(of: table) else { return "" }
        for line in lines[start...].prefix(while: { !$0.hasPrefix(")") }) {
            let code = line.drop { $0 == " " || $0 == "\"" }
            guard code.hasPrefix(column), let next = code.dropFirst(column.count).first, next == " " || next == "\""
            else { continue }
            if let range = line.firstRange(of: " -- ") { return String(line[range.upperBound...]) }
        }
        guard let added = lines.firstIndex(where: { $0.hasPrefix("ALTER TABLE \(table) ADD COLUMN \(column) ") }) else {
            return ""
        }
        return comment(before: added)
    }
}
