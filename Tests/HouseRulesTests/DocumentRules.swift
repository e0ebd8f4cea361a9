import TestSupport
import Testing

@Suite struct DocumentRules {
    @Test func everyQueryIsInTheDocument() throws {
        let document = try Repository.text("docs/queries.md")
        let queries = Repository.files(under: "queries/", suffix: ".sql")
        #expect(queries.count >= 12)
        for query in queries {
            let name = query.path.dropFirst("queries/".count).dropLast(".sql".count)
            if !document.contains("`\(name)`") { Issue.record("docs/queries.md does not mention \(query.path)") }
        }
    }

    @Test func everyLinkOfTheDocumentsLeadsToAFile() {
        for file in Repository.files(under: "", suffix: ".md") {
            let directory = file.path.split(separator: "/").dropLast().map { $0 + "/" }.joined()
            for offset in file.bytes.offsets(of: "](") {
                let target = String(
                    decoding: file.bytes[(offset + 2)...].prefix { $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "#") },
                    as: UTF8.self)
                if target.isEmpty || target.contains("://") { continue }
                #expect(Files.exists(Fixtures.root + "/" + directory + target), "\(file.path): \(target)")
            }
        }
    }

    /// What is public is a promise (docs/versioning.md): the documentation of the library lists it.
    @Test(arguments: ["XenstoreStream", "XenstoreClient", "XenstoreArchive", "XenstoreAnalysis"])
    func theDocumentationListsExactlyThePublicTypes(_ module: String) throws {
        let page = try Repository.text("Sources/\(module)/\(module).docc/\(module).md")
        let listed = try #require(page.split(separator: "## Topics").last).split(separator: "\n").filter {
            $0.hasPrefix("- ``")
        }.map {
            String($0.dropFirst(4).prefix { $0 != "`" })
        }
        let kinds = ["struct", "class", "enum", "protocol", "typealias", "func"].flatMap {
            ["public \($0) ", "public final \($0) ", "public indirect \($0) "]
        }
        var found: [String] = []
        for file in Repository.swiftFiles(under: "Sources/\(module)/") {
            for line in file.file.text.split(separator: "\n") {
                guard let kind = kinds.first(where: { line.hasPrefix($0) }) else { continue }
                found.append(String(line.dropFirst(kind.count).prefix { $0.isLetter || $0.isNumber }))
            }
        }
        #expect(found.sorted() == listed.sorted())
    }

    /// The file that the reader makes in the first steps of CONTRIBUTING.md.
    private static let madeByTheReader: Set = ["queries/my_question.sql"]

    /// The worked examples of CONTRIBUTING.md name files; all of them are there.
    @Test func everyPathInContributingExists() throws {
        let document = Markdown(try #require(Repository.files.first { $0.path == "CONTRIBUTING.md" }))
        let beginnings = [
            "Sources/", "Tests/", "schema/", "queries/", "docs/", "Fuzz/", "Benchmarks/", "scripts/",
        ]
        var count = 0
        for line in document.lines where line.part != .code {
            for path in Markdown.codeSpans(document.file.bytes.string(line.range))
            where beginnings.contains(where: path.hasPrefix) && !Self.madeByTheReader.contains(path) {
                count += 1
                #expect(Files.exists(Fixtures.root + "/" + path), "CONTRIBUTING.md:\(line.number) names \(path)")
            }
        }
        #expect(count > 5)
    }

    /// Nothing here depends on where files are on one machine.
    @Test func noFileNamesAPlaceOfOneMachine() {
        let places = ["ro" + "ot", "ho" + "me", "wo" + "rk"].map { "/" + $0 }
        for file in Repository.files {
            for place in places {
                for offset in file.bytes.offsets(of: place) where isPlace(file.bytes, offset, place.utf8.count) {
                    Issue.record("\(file.path):\(file.lineNumber(of: offset)) names \(place)")
                }
            }
        }
    }

    /// Whether it is not a part of a longer path, as in a guest's tree, or of a longer word.
    private func isPlace(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Bool {
        if offset > 0, bytes[offset - 1].isWord || "._/-])>}*$".utf8.contains(bytes[offset - 1]) { return false }
        guard offset + count < bytes.count else { return true }
        let after = bytes[offset + count]
        return !(after.isWord || after == UInt8(ascii: "-"))
    }

    @Test(arguments: [
        ("in @X/a", true), ("@X", true), ("/local@X", false), ("@Xs", false), ("@X-b", false), ("\"@X\"", true),
    ])
    func aPlaceIsSeen(_ text: String, _ isSeen: Bool) {
        let place = "/ro" + "ot"
        let bytes = Array(text.replacing("@X", with: place).utf8)
        #expect(bytes.offsets(of: place).contains { isPlace(bytes, $0, place.utf8.count) } == isSeen)
    }
}
