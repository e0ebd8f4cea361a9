import TestSupport
import Testing
import XenstoreAnalysis

@Suite struct QueriesDocumentTests {
    @Test func theListOfQueriesIsCurrent() {
        var lines: [String] = []
        for group in Set(NamedQuery.all.map(\.group)).sorted() {
            lines += (lines.isEmpty ? [] : [""]) + ["### \(group)"]
            for query in NamedQuery.all where query.group == group {
                lines += ["", "**`\(query.name)`**: \(MarkdownTable.text(query.title)).", ""]
                lines += ["- why: \(MarkdownTable.text(query.why))"]
                if let severity = query.severity {
                    lines += ["- severity in `check`: \(severity.rawValue)"]
                    lines += ["- subject: " + query.header.subject.map(MarkdownTable.code).joined(separator: ", ")]
                }
                if !query.header.needs.isEmpty {
                    lines += ["- needs: " + query.header.needs.map(\.name).joined(separator: ", ")]
                }
                if !query.references.isEmpty { lines += ["- see: \(MarkdownTable.text(query.references))"] }
                lines += query.parameters.map {
                    "- parameter `\($0.name)`\($0.isInteger ? ", whole number" : ""): \(MarkdownTable.text($0.help))"
                }
                if !query.header.remarks.isEmpty {
                    lines += ["- " + MarkdownTable.text(query.header.remarks.joined(separator: " "))]
                }
                let columns = query.header.typedColumns.map { MarkdownTable.code("\($0.name) \($0.type)") }
                lines += ["- columns: " + columns.joined(separator: ", ")]
            }
        }
        let problem = GeneratedSection("docs/queries.md", "queries").problem(with: lines)
        if let problem { Issue.record("\(problem)") }
    }
}
