import TestSupport
import Testing
import XenstoreStream

@Suite struct FindingsDocumentTests {
    @Test func theTableOfRulesIsCurrent() {
        let rules = Rule.allCases.sorted { ($1.severity, $0.rawValue) < ($0.severity, $1.rawValue) }
        let rows = rules.map { [$0.severity.rawValue, MarkdownTable.code($0.rawValue), MarkdownTable.text($0.expected)] }
        GeneratedSection("docs/findings.md", "rules").expect(MarkdownTable.lines(["severity", "rule", "expected"], rows))
    }
}
