import Testing

@Suite struct SQLFileTests {
    private func sql(_ text: String) -> SQLFile {
        SQLFile(TextFile(path: "a.sql", bytes: Array(text.utf8)))
    }

    @Test func commentsAreSeenAndStringsAreNot() {
        let file = sql("-- a\nSELECT '--b' -- c\n, \"--d\", 1 - 2")
        #expect(file.file.lines.map(file.hasComment) == [true, true, false])
        #expect(!file.isComment[12] && file.isComment[20])
    }

    @Test func linesOfACreateStatementAreSeen() {
        let file = sql("-- a\nCREATE VIEW v AS -- b\n-- c; d\nSELECT ';';\n-- e\nSELECT 1;")
        #expect(file.file.lines.map(file.isInCreate) == [false, true, true, true, false, false])
    }
}
