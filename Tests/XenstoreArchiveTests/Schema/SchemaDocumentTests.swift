import ArchiveSQL
import TestSupport
import Testing
import XenstoreArchive

/// docs/schema.md names every table, view and column of a new archive.
@Suite struct SchemaDocumentTests {
    private let archive: Archive

    init() throws {
        archive = try Archive.inMemory()
    }

    private func names(_ kind: String) throws -> [String] {
        let rows = try archive.database.prepare(
            "SELECT name FROM sqlite_schema WHERE type = ? AND name NOT LIKE 'sqlite%' ORDER BY name")
        try rows.bind(1, kind)
        var names: [String] = []
        while try rows.step() { names.append(rows.string(0)) }
        return names
    }

    /// Name, type, whether it may be NULL, place in the primary key (0: none).
    private func columns(_ table: String) throws -> [(name: String, type: String, isNeeded: Bool, key: Int64)] {
        let rows = try archive.database.prepare(
            "SELECT name, type, \"notnull\", pk FROM pragma_table_info(?) ORDER BY cid")
        try rows.bind(1, table)
        var columns: [(name: String, type: String, isNeeded: Bool, key: Int64)] = []
        while try rows.step() {
            columns.append((rows.string(0), rows.string(1), rows.integer(2) == 1, rows.integer(3)))
        }
        return columns
    }

    private func problem(_ section: String, _ lines: [String]) {
        if let problem = GeneratedSection("docs/schema.md", section).problem(with: lines) { Issue.record("\(problem)") }
    }

    @Test func theViewsAreCurrent() throws {
        var lines: [String] = []
        #expect(Set(ArchiveSQL.viewComments.map(\.view)) == Set(try names("view")))
        for ((view, comment), (_, typed)) in zip(ArchiveSQL.viewComments, ArchiveSQL.viewColumns) {
            #expect(try columns(view).map(\.name) == typed.map(\.name), "\(view): its list of columns")
            lines += (lines.isEmpty ? [] : [""]) + ["### \(view)", "", MarkdownTable.text(comment), ""]
            lines.append(
                "Columns: " + typed.map { MarkdownTable.code("\($0.name) \($0.type)") }.joined(separator: ", "))
        }
        problem("views", lines)
    }

    @Test func theTablesAreCurrent() throws {
        var lines: [String] = []
        let tables = try names("table")
        #expect(tables.count >= 20)
        for table in tables {
            lines += (lines.isEmpty ? [] : [""]) + ["### \(table)", ""]
            let comment = SchemaText.comment(of: table)
            if !comment.isEmpty { lines += [MarkdownTable.text(comment), ""] }
            let rows = try columns(table).map { column in
                [
                    MarkdownTable.code(column.name), column.type, column.isNeeded || column.key > 0 ? "" : "yes",
                    column.key > 0 ? "\(column.key)" : "",
                    MarkdownTable.text(SchemaText.comment(of: column.name, in: table)),
                ]
            }
            lines += MarkdownTable.lines(["column", "type", "NULL", "key", "meaning"], rows)
        }
        problem("tables", lines)
    }

    @Test func theViewsComeFirst() throws {
        // A reader who searches for a column finds the view before its table.
        let text = String(decoding: Files.read(Fixtures.root + "/docs/schema.md"), as: UTF8.self)
        let views = try #require(text.firstRange(of: "<!-- views: begin -->"))
        let tables = try #require(text.firstRange(of: "<!-- tables: begin -->"))
        #expect(views.lowerBound < tables.lowerBound)
    }
}
