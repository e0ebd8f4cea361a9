import Testing

@Suite struct MarkdownTests {
    private func parts(_ text: String) -> [Markdown.Part] {
        Markdown(TextFile(path: "a.md", bytes: Array(text.utf8))).lines.map(\.part)
    }

    @Test func linesAreProseTablesOrCode() {
        #expect(
            parts("a\n\n| b |\n  ```swift\nc\n| d |\n  ```\ne") == [
                .prose, .prose, .table, .code, .code, .code, .code, .prose,
            ])
        #expect(parts("````\n```\na\n````\nb") == [.code, .code, .code, .code, .prose])
    }

    @Test func whatATestWritesIsGenerated() {
        #expect(
            parts("<!-- a: begin -->\nb\n| c |\n<!-- a: end -->\nd") == [
                .prose, .generated, .generated, .prose, .prose,
            ])
    }

    @Test func aTableIsReadWithTheLineAboveIt() {
        let text = "# `A`\n\n| x | y |\n| --- | --- |\n| `a` | b c |\n\n| other |\n| d |\n\nOf B.\n| x | y |\n| e | f |"
        let tables = Markdown(TextFile(path: "a.md", bytes: Array(text.utf8))).tables(headed: "| x | y |")
        #expect(tables.map(\.above) == ["# `A`", "Of B."])
        #expect(tables.map(\.rows) == [[["`a`", "b c"]], [["e", "f"]]])
    }

    @Test func codeSpansAreBetweenBackticks() {
        #expect(Markdown.codeSpans("a `b` and `c d`") == ["b", "c d"])
    }
}
