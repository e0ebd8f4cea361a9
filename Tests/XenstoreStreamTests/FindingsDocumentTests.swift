import TestSupport
import Testing
import XenstoreStream

@Suite struct FindingsDocumentTests {
    @Test func theTableOfRulesIsCurrent() {
        let rules = Rule.allCases.sorted { ($1.severity, $0.rawValue) < ($0.severity, $1.rawValue) }
        let rows = rules.map {
            [$0.severity.rawValue, MarkdownTable.code($0.rawValue), MarkdownTable.text($0.expected)]
        }
        let table = MarkdownTable.lines(["severity", "rule", "expected"], rows)
        let problem = GeneratedSection("docs/findings.md", "rules").problem(with: table)
        if let problem { Issue.record("\(problem)") }
    }
}
