import TestSupport
import Testing

@Suite struct ModuleRules {
    /// The modules that each module imports by the table of docs/design.md.
    private func importsByTheDocument() throws -> [String: Set<String>] {
        let lines = try Repository.text("docs/design.md").split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.hasPrefix("| module |") })
        var table: [String: Set<String>] = [:]
        for line in lines[(start + 2)...].prefix(while: { $0.hasPrefix("|") }) {
            let cells = line.split(separator: "|")
            try #require(cells.count == 3, "\(line)")
            table[try #require(Markdown.codeSpans(cells[0]).first)] = Set(Markdown.codeSpans(cells[2]))
        }
        return table
    }

    /// The modules that a file imports.
    private func imports(_ file: SwiftFile) -> [String] {
        let words = file.words
        let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let modifiers: Set = ["@", "public", "package", "internal", "private", "fileprivate"]
        return words.indices.filter { index in
            // Before an import there are only modifiers and attributes in its line.
            words[index].text == "import" && index + 1 < words.count
                && words[..<index].reversed().prefix { $0.line == words[index].line }.allSatisfy {
                    modifiers.contains($0.text) || ["testable", "preconcurrency"].contains($0.text)
                }
        }.map { index in
            let next = words[index + 1].text
            return kinds.contains(next) && index + 2 < words.count ? words[index + 2].text : next
        }
    }

    @Test(arguments: [
        ("import A\n@testable import B", ["A", "B"]), ("public import struct A.B", ["A"]),
        ("@preconcurrency import A.B\n// import C\nlet s = \"import D\"", ["A"]),
        ("enum E { case import }\nlet e = E.import", []),
    ])
    func anImportIsSeen(_ text: String, _ modules: [String]) {
        #expect(imports(SwiftFile(text)) == modules)
    }

    @Test func modulesImportWhatTheDesignSays() throws {
        let table = try importsByTheDocument()
        var found: [String: Set<String>] = [:]
        for module in Files.list(Fixtures.root + "/Sources") { found[module] = [] }
        for file in Repository.swiftFiles(under: "Sources/") {
            let module = String(file.path.split(separator: "/")[1])
            // The C library is named differently on each system.
            found[module]?.formUnion(imports(file).filter { $0 != "Glibc" && $0 != "Musl" })
        }
        #expect(Set(found.keys) == Set(table.keys))
        for (module, names) in found {
            let documented = try #require(table[module])
            #expect(names.sorted() == documented.sorted(), "imports of \(module), and what docs/design.md says")
        }
    }

    @Test func theFormatNeedsNoModuleAndNothingNeedsFoundation() {
        for file in Repository.swiftFiles(under: "Sources/") {
            let modules = imports(file)
            #expect(!modules.contains { $0.hasPrefix("Foundation") }, "\(file.path)")
            if file.path.hasPrefix("Sources/XenstoreStream/") { #expect(modules == [], "\(file.path)") }
        }
    }
}
