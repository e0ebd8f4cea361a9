import TestSupport
import Testing

/// A file uses the types of its own floor and of those below it.
@Suite struct FloorRules {
    private static let modules = [
        "XenstoreStream", "XenstoreClient", "XenstoreArchive", "XenstoreAnalysis", "xsarchive",
    ]

    private func floors() throws -> [String: Floors] {
        try Floors.byTheDocument(Markdown(#require(Repository.files.first { $0.path == "docs/design.md" })))
    }

    @Test func theDesignHasTheFloorsOfEachModule() throws {
        #expect(try floors().keys.sorted() == Self.modules.sorted(), "tables '| floor | holds |' in docs/design.md")
    }

    @Test(arguments: modules) func eachDirectoryIsAFloorOfTheDesign(_ module: String) throws {
        let floors = try #require(try floors()[module], "docs/design.md has no floors of \(module)")
        let directories = Set(
            Repository.swiftFiles(under: "Sources/\(module)/").map { floors.floor(of: $0.path) })
        #expect(directories.sorted() == floors.names.sorted(), "directories of \(module), and docs/design.md")
    }

    @Test(arguments: modules) func noFileUsesAFloorAboveItsOwn(_ module: String) throws {
        let floors = try #require(try floors()[module], "docs/design.md has no floors of \(module)")
        for arrow in floors.risingArrows(Repository.swiftFiles(under: "Sources/\(module)/")) {
            Issue.record("\(arrow)")
        }
    }

    // MARK: The rule itself

    private func arrows(_ files: [(path: String, text: String)]) -> [String] {
        Floors(module: "M", names: ["Low", "High", "top"])
            .risingArrows(files.map { SwiftFile($0.text, path: "Sources/M/" + $0.path) })
            .map { "\($0.file.dropFirst("Sources/M/".count)) \($0.type)" }
    }

    @Test func anArrowThatRisesIsSeen() {
        let files = [("Low/A.swift", "struct A { let b: B }"), ("High/B.swift", "struct B { let a: A }")]
        #expect(arrows(files) == ["Low/A.swift B"])
        #expect(
            arrows([("High/B.swift", "struct B { func f() { T() } }"), ("T.swift", "struct T {}")])
                == ["High/B.swift T"])
    }

    @Test func anInnerTypeIsSeenByItsFullName() {
        let high = ("High/B.swift", "extension A { struct C {} }")
        #expect(arrows([("Low/A.swift", "struct A { let c: A.C }"), high]) == ["Low/A.swift A.C"])
        #expect(arrows([("Low/A.swift", "struct A { let c: Z.C }"), high]) == [])
    }

    @Test func commentsStringsMembersAndOwnTypesAreNoUses() {
        let high = ("High/B.swift", "struct B {}")
        #expect(arrows([("Low/A.swift", "// B\nstruct A { let s = \"B\" }"), high]) == [])
        #expect(arrows([("Low/A.swift", "struct A { let s = Z.B }"), high]) == [])
        #expect(arrows([("Low/A.swift", "struct A { let s = M.B() }"), high]) == ["Low/A.swift B"])
        #expect(arrows([("Low/A.swift", "struct A { struct B {}\n let b: B }"), high]) == [])
        #expect(arrows([("Low/A.swift", "struct A { let s = \"\\(B())\" }"), high]) == ["Low/A.swift B"])
    }
}
