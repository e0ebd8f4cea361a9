import Testing

/// The words of the glossary, and no others. Exceptions are listed, and the list only shrinks.
@Suite struct WordRules {
    private func banned() throws -> BannedWords {
        try .byTheDocument(Markdown(#require(Repository.files.first { $0.path == "docs/glossary.md" })))
    }

    @Test func nothingUsesAWordThatTheGlossaryBans() throws {
        let banned = try banned()
        var found: [String: [String]] = [:]
        func look(_ file: TextFile, _ prose: [UInt8]) {
            for (offset, phrase) in banned.occurrences(in: prose) {
                found[file.path, default: []].append("\(file.lineNumber(of: offset)) '\(phrase)'")
            }
        }
        for file in Repository.files(under: "", suffix: ".md")
        where !file.path.contains("/") || file.path.hasPrefix("docs/") {
            look(file, Prose.text(Markdown(file)))
        }
        let views = Repository.files(under: "schema/views", suffix: ".sql")
        let workspace = Repository.files(under: "schema/workspace", suffix: ".sql")
        for file in Repository.files(under: "queries/", suffix: ".sql") + views + workspace {
            look(file, Prose.comments(SQLFile(file)))
        }
        for file in Repository.swiftFiles(under: "Sources/") + Repository.swiftFiles(under: "Tests/") {
            look(file.file, Prose.comments(file))
            if file.path.hasPrefix("Sources/xsarchive/") || file.path.hasPrefix("Sources/XenstoreAnalysis/") {
                look(file.file, Prose.strings(file))
            }
        }
        for problem in try ExceptionList.problems("banned words", found) { Issue.record("\(problem)") }
    }

    // MARK: The rule itself

    private func found(_ prose: [UInt8]) -> [String] {
        BannedWords(["behind", "nil where", "now and then"]).occurrences(in: prose).map { "\($0.offset) \($0.phrase)" }
    }

    @Test(arguments: [
        ("is behind it", ["3 behind"]), ("Behind.", ["0 behind"]), ("behinds and abehind, behind_it", []),
        ("nil  where\nnow\nand then", ["0 nil where", "11 now and then"]), ("nil. Where nil, where", []),
        ("now and again behind nil where", ["14 behind", "21 nil where"]), ("nil", []),
    ])
    func wholeWordsAndPhrasesAreSeen(_ text: String, _ expected: [String]) {
        #expect(found(Array(text.utf8)) == expected)
    }

    @Test func commentsOfSwiftAreRead() {
        let text = "let a = \"behind\" // nil\n  /// where `behind`\nlet behind = 1\n/* behind */"
        #expect(found(Prose.comments(SwiftFile(text))) == ["20 nil where", "63 behind"])
        #expect(found(Prose.comments(SwiftFile("// nil\nlet a = 1\n// where"))) == [])
    }

    @Test func stringsOfSwiftAreRead() {
        let text =
            "f(\"nil where\", behind, \"\\(behind)\") // behind\n\"\"\"\nnow\n and then\\nbehind `behind`\n\"\"\""
        #expect(found(Prose.strings(SwiftFile(text))) == ["3 nil where", "50 now and then", "65 behind"])
    }

    @Test func commentsOfSQLAreRead() {
        let file = SQLFile(TextFile(path: "a.sql", bytes: Array("-- nil\n-- where\nSELECT 'behind'; -- behind".utf8)))
        #expect(found(Prose.comments(file)) == ["3 nil where", "36 behind"])
        let list = "-- columns: behind text,\n--          behind text\n-- behind"
        #expect(
            found(Prose.comments(SQLFile(TextFile(path: "a.sql", bytes: Array(list.utf8))))) == ["52 behind"])
    }

    @Test func theProseOfDocumentsIsRead() {
        func offsets(_ text: String) -> [String] {
            found(Prose.text(Markdown(TextFile(path: "a.md", bytes: Array(text.utf8)))))
        }
        #expect(offsets("nil\nwhere `behind`\n\n| behind |\n```\nbehind\n```") == ["0 nil where", "22 behind"])
        #expect(
            offsets("[behind](behind.md)\n<!-- behind -->\n\n| not | but |\n| behind | x |\n\nbehind") == [
                "1 behind", "67 behind",
            ])
        #expect(offsets("a `nil\n\nbehind` b") == ["8 behind"])
    }

    @Test func theGlossarySaysWhatIsBanned() throws {
        #expect(try banned().phrases.contains("behind"))
    }
}
