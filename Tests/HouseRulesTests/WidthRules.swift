import Testing

/// Lines and files are short. Exceptions are listed, and the lists only shrink.
@Suite struct WidthRules {
    @Test func linesOfSwiftAreShort() throws {
        var found: [String: [String]] = [:]
        for file in Repository.swiftFiles { found[file.path] = Widths.wideLines(file).map(String.init) }
        report(try ExceptionList.problems("wide lines of Swift", found))
    }

    /// For files with listed exceptions, too. The limit may become smaller.
    @Test func noLineOfSwiftIsWiderThanTheWidest() {
        for file in Repository.swiftFiles {
            for (index, line) in file.file.lines.enumerated() where Widths.isWider(file.bytes, line, Widths.widest) {
                Issue.record("\(file.path):\(index + 1)")
            }
        }
    }

    @Test func linesOfProseAreShort() throws {
        var found: [String: [String]] = [:]
        // What people pasted is data, not prose.
        for file in Repository.files(under: "", suffix: ".md") where !file.path.hasPrefix("Tests/Fixtures/pastes/") {
            found[file.path] = Widths.wideLines(Markdown(file)).map(String.init)
        }
        report(try ExceptionList.problems("wide lines of prose", found))
    }

    @Test func commentsInSQLAndScriptsAreShort() throws {
        var found: [String: [String]] = [:]
        // A migration that is released is never changed.
        for file in Repository.files(under: "", suffix: ".sql") where !file.path.hasPrefix("schema/v0") {
            found[file.path] = Widths.wideLines(SQLFile(file)).map(String.init)
        }
        for file in Repository.files where isScript(file) {
            found[file.path] = Widths.wideHashComments(file).map(String.init)
        }
        report(try ExceptionList.problems("wide comments", found))
    }

    private func isScript(_ file: TextFile) -> Bool {
        file.path.hasSuffix(".sh") || file.path.hasSuffix(".py") || file.path.hasSuffix("Makefile")
            || file.bytes.hasPrefix("#!", at: 0)
    }

    /// The longest files; the limit may become smaller.
    private static let mostLines = 310

    @Test func filesAreShort() throws {
        var found: [String: [String]] = [:]
        for directory in ["Sources/", "Tests/", "Fuzz/"] {
            for file in Repository.swiftFiles(under: directory) where file.file.lines.count > Self.mostLines {
                found[file.path] = (Self.mostLines..<file.file.lines.count).map { String($0 + 1) }
            }
        }
        report(try ExceptionList.problems("lines too many", found))
    }

    private func report(_ problems: [String]) {
        for problem in problems { Issue.record("\(problem)") }
    }

    // MARK: The rules themselves

    @Test func aWideLineOfSwiftIsSeen() {
        let words = String(repeating: "äbcd ", count: 20)
        #expect(Widths.wideLines(SwiftFile("let a = \"\(words)\"\n// \(words)\n  /// \(words)")) == [2, 3])
        #expect(Widths.wideLines(SwiftFile("let abcdefgh = \"\(words)\" // b")) == [1])
        #expect(Widths.wideLines(SwiftFile("// " + words.dropLast(3))) == [])
    }

    @Test func aWideLineOfProseIsSeen() {
        func wide(_ text: String) -> [Int] {
            Widths.wideLines(Markdown(TextFile(path: "a.md", bytes: Array(text.utf8))))
        }
        let words = String(repeating: "abcd ", count: 21)
        let url = "https://" + String(repeating: "abcd/", count: 20)
        #expect(wide("a\n\(words)\n| \(words)\n```\n\(words)\n```\n- \(words)") == [2, 7])
        #expect(wide("<!-- a: begin -->\n\(words)\n<!-- a: end -->") == [])
        #expect(wide("\(url)\n  - \(url)\n1. [\(words)](\(url)).\nsee \(url)\n`\(words)`") == [4])
    }

    @Test func aWideCommentInSQLIsSeen() {
        func wide(_ path: String, _ text: String) -> [Int] {
            Widths.wideLines(SQLFile(TextFile(path: path, bytes: Array(text.utf8))))
        }
        let words = String(repeating: "abcd ", count: 21)
        #expect(wide("schema/a.sql", "-- key: \(words)\nSELECT '\(words)';\nSELECT 1, -- \(words)\n2;") == [1, 3])
        #expect(wide("schema/a.sql", "CREATE VIEW v AS\n-- \(words)\nSELECT 1;\n-- \(words)") == [4])
        #expect(wide("queries/a.sql", "-- key: \(words)\n-- \(words)") == [2])
    }

    @Test func aWideCommentInAScriptIsSeen() {
        let words = String(repeating: "abcd ", count: 25)
        let file = TextFile(path: "a.sh", bytes: Array("# \(words)\necho \(words)\n  # \(words)".utf8))
        #expect(Widths.wideHashComments(file) == [1, 3])
    }
}
