import TestSupport
import Testing

/// Rules of this repository that no compiler knows.
@Suite struct HouseRulesTests {
    /// A text file, by its path from the repository's top folder on.
    private struct TextFile {
        let path: String
        let text: String

        var lines: [Substring] {
            text.split(separator: "\n", omittingEmptySubsequences: false)
        }
    }

    /// What is made by building and running, and the repository's own data.
    private static let skipped: Set = [".git", ".build", "demo", "Corpus", "Package.resolved"]

    private static let files: [TextFile] = {
        var files: [TextFile] = []
        func collect(_ folder: String) {
            for name in Files.list(Fixtures.root + "/" + folder)
            where !skipped.contains(name) && !name.hasPrefix(".build") {
                let path = folder.isEmpty ? name : folder + "/" + name
                guard Files.list(Fixtures.root + "/" + path).isEmpty else {
                    collect(path)
                    continue
                }
                let bytes = Files.read(Fixtures.root + "/" + path)
                if !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) {
                    files.append(TextFile(path: path, text: text))
                }
            }
        }
        collect("")
        return files
    }()

    private static func files(under folder: String, suffix: String) -> [TextFile] {
        files.filter { $0.path.hasPrefix(folder) && $0.path.hasSuffix(suffix) }
    }

    private static func text(_ path: String) throws -> String {
        try #require(files.first { $0.path == path }, "\(path)").text
    }

    @Test func theRepositoryIsFound() {
        #expect(Self.files(under: "Sources/", suffix: ".swift").count > 60)
        #expect(Self.files(under: "Tests/", suffix: ".swift").count > 50)
        #expect(Self.files.contains { $0.path == "Makefile" })
    }

    // MARK: Modules

    /// Module by module, the modules it imports by the table of docs/design.md.
    private func importsByTheDocument() throws -> [String: Set<String>] {
        let lines = try Self.text("docs/design.md").split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("| module |") })
        var table: [String: Set<String>] = [:]
        for line in lines[(start + 2)...].prefix(while: { $0.hasPrefix("|") }) {
            let cells = line.split(separator: "|")
            try #require(cells.count == 3, "\(line)")
            table[try #require(codeWords(cells[0]).first)] = Set(codeWords(cells[2]))
        }
        return table
    }

    /// The words between backticks.
    private func codeWords(_ text: Substring) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
            String($0.element)
        }
    }

    private func importedModule(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
            words[..<index].allSatisfy({
                $0.hasPrefix("@") || ["public", "package", "internal", "private", "fileprivate"].contains($0)
            })
        else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let module = words[kinds.contains(words[index + 1]) && index + 2 < words.count ? index + 2 : index + 1]
        return String(module.prefix { $0 != "." })
    }

    @Test func modulesImportWhatTheDesignSays() throws {
        let table = try importsByTheDocument()
        var imports: [String: Set<String>] = [:]
        for module in Files.list(Fixtures.root + "/Sources") { imports[module] = [] }
        for file in Self.files(under: "Sources/", suffix: ".swift") {
            let module = String(file.path.split(separator: "/")[1])
            // The C library is named differently on each system.
            imports[module]?.formUnion(file.lines.compactMap(importedModule).filter { $0 != "Glibc" && $0 != "Musl" })
        }
        #expect(Set(imports.keys) == Set(table.keys))
        for (module, names) in imports {
            let documented = try #require(table[module])
            #expect(names.sorted() == documented.sorted(), "imports of \(module), and what docs/design.md says")
        }
    }

    @Test func theFormatNeedsNoModuleAndNothingNeedsFoundation() {
        for file in Self.files(under: "Sources/", suffix: ".swift") {
            let modules = file.lines.compactMap(importedModule)
            #expect(!modules.contains { $0.hasPrefix("Foundation") }, "\(file.path)")
            if file.path.hasPrefix("Sources/XenstoreStream/") { #expect(modules == [], "\(file.path)") }
        }
    }

    // MARK: Code

    /// The line without the contents of strings, and without a comment.
    private func code(_ line: Substring) -> String {
        var result = ""
        var isString = false
        var isEscaped = false
        for character in line {
            if isString {
                if character == "\"" && !isEscaped { isString = false }
                isEscaped = character == "\\" && !isEscaped
            } else {
                isString = character == "\""
                isEscaped = false
                result.append(character)
                if result.hasSuffix("//") { break }
            }
        }
        return result
    }

    /// Whether a `!` stands behind a value, and is no `!=`.
    private func hasForcedValue(_ code: String) -> Bool {
        let characters = Array(code)
        return characters.indices.dropFirst().contains { index in
            let before = characters[index - 1]
            let isValue = before.isLetter || before.isNumber || before == "_" || before == ")" || before == "]"
            return characters[index] == "!" && isValue
                && !(index + 1 < characters.count && characters[index + 1] == "=")
        }
    }

    @Test func nothingIsForced() {
        for file in Self.files(under: "Sources/", suffix: ".swift") {
            for (index, line) in file.lines.enumerated() {
                let code = code(line)
                #expect(!hasForcedValue(code), "\(file.path):\(index + 1): \(line)")
                for word in ["fatalError", "preconditionFailure", "unsafelyUnwrapped"] {
                    #expect(!code.contains(word), "\(file.path):\(index + 1): \(line)")
                }
            }
        }
    }

    @Test(arguments: [
        ("a!.b", true), ("try! f()", true), ("a as! B", true), ("f()!", true), ("a[0]!", true), ("var a: Int!", true),
        ("a != b", false), ("a!=b", false), ("!a", false), ("(!a && !b)", false), ("\"so!\"", false),
        ("a // so!", false),
        ("f(\"a\\\"b!\")", false),
    ])
    func aForcedValueIsSeen(_ line: String, _ isForced: Bool) {
        #expect(hasForcedValue(code(line[...])) == isForced)
    }

    /// These are what the longest have; they may become smaller.
    private static let mostLines = 310
    private static let mostColumns = 190

    @Test func filesAndLinesAreShort() {
        for folder in ["Sources/", "Tests/", "Fuzz/"] {
            for file in Self.files(under: folder, suffix: ".swift") {
                #expect(file.lines.count - 1 <= Self.mostLines, "\(file.path)")
                for (index, line) in file.lines.enumerated() where line.count > Self.mostColumns {
                    Issue.record("\(file.path):\(index + 1) has \(line.count) columns")
                }
            }
        }
    }

    // MARK: Documents

    @Test func everyQueryIsInTheDocument() throws {
        let document = try Self.text("docs/queries.md")
        let queries = Self.files(under: "queries/", suffix: ".sql")
        #expect(queries.count >= 12)
        for query in queries {
            let name = query.path.dropFirst("queries/".count).dropLast(".sql".count)
            if !document.contains("`\(name)`") { Issue.record("docs/queries.md does not mention \(query.path)") }
        }
    }

    @Test func everyLinkOfTheDocumentsLeadsToAFile() {
        for file in Self.files(under: "", suffix: ".md") {
            let folder = file.path.split(separator: "/").dropLast().map { $0 + "/" }.joined()
            for link in file.text.split(separator: "](").dropFirst() {
                let target = link.prefix { $0 != ")" && $0 != "#" }
                if target.isEmpty || target.contains("://") { continue }
                #expect(Files.exists(Fixtures.root + "/" + folder + target), "\(file.path): \(target)")
            }
        }
    }

    /// Nothing here depends on where somebody's files are.
    @Test func noFileNamesAPlaceOfOneMachine() {
        let places = ["ro" + "ot", "ho" + "me", "wo" + "rk"].map { "/" + $0 }
        for file in Self.files {
            for place in places {
                for range in file.text.ranges(of: place) {
                    let before = file.text[..<range.lowerBound].last
                    let after = file.text[range.upperBound...].first
                    // A part of a longer path, as in a guest's tree, or of a longer word.
                    let isInner = before.map { $0.isLetter || $0.isNumber || "._/-])>}*$".contains($0) } ?? false
                    let isLonger = after.map { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" } ?? false
                    if !isInner && !isLonger {
                        Issue.record("\(file.path) names \(place): \(file.text[range.lowerBound...].prefix(40))")
                    }
                }
            }
        }
    }
}
