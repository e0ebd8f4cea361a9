import TestSupport
import Testing

/// The SQL in the documents runs in SQLite's own shell, and answers something.
@Suite struct DocumentedSQLTests {
    private func blocks(_ document: String) -> [String] {
        let text = String(decoding: Files.read(Fixtures.root + "/" + document), as: UTF8.self)
        return text.split(separator: "```sql\n").dropFirst().map {
            String($0.prefix(upTo: $0.firstRange(of: "```")?.lowerBound ?? $0.endIndex))
        }
    }

    @Test func everyExampleAnswersSomething() {
        let place = Workplace()
        expectDone(
            place.run(
                ["import", "--series", "host7"]
                    + ["xen-4.17-small", "xen-4.17-seq-1"].map { Fixtures.path($0 + ".bin") }))
        expectDone(place.run("import", Fixtures.path("xen-4.22-small.bin")))
        let examples = blocks("docs/queries.md") + blocks("docs/archive.md")
        #expect(examples.count >= 6)
        for example in examples.map({ " " + $0 }) {
            // The blank keeps a comment at the start from being taken for an option.
            let outcome = place.sqlite(example)
            expectDone(outcome)
            #expect(!outcome.lines.isEmpty, "\(example)")
            let ours = place.run("sql", example, "--format", "csv")
            expectDone(ours)
            // One line more, with the names of the columns.
            #expect(ours.lines.count == outcome.lines.count + 1, "\(example)")
        }
    }
}
