import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreAnalysis

@Suite struct RebuildDocumentTests {
    @Test func theTableOfAlterationsIsCurrent() {
        let rows = Alteration.Kind.allCases.map { kind in
            [
                kind.isLoss ? "lost" : "changed", MarkdownTable.code(kind.rawValue),
                kind.absentFrom.map(\.rawValue).joined(separator: ", "),
                MarkdownTable.text(kind.meaning),
            ]
        }
        let table = MarkdownTable.lines(["", "kind", "in", "what"], rows)
        let problem = GeneratedSection("docs/rebuild.md", "alterations").problem(with: table)
        if let problem { Issue.record("\(problem)") }
    }

    @Test func theDocumentNamesEveryThingThatCanBeDropped() {
        let text = String(decoding: Files.read(Fixtures.root + "/docs/rebuild.md"), as: UTF8.self)
        #expect(text.contains("--drop " + Edit.Drop.allCases.map(\.rawValue).joined(separator: "|")))
    }
}
