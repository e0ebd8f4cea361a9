import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

/// A comparison of `Glob` with SQLite's GLOB operator.
@Suite struct GlobTests {
    private let database: Database
    private let statement: Statement

    init() throws {
        database = try Database(path: ":memory:", mode: .write)
        statement = try database.prepare("SELECT ?1 GLOB ?2")
    }

    private func sqlite(_ text: String, _ pattern: String) throws -> Bool {
        statement.reset()
        try statement.bind(1, text)
        try statement.bind(2, pattern)
        guard try statement.step() else { return false }
        return statement.integer(0) == 1
    }

    @Test func theUsualPatternsMatchAsInSQLite() throws {
        let texts = [
            "", "/", "/local", "/local/domain/0", "/local/domain/12/name", "/local/domain/12/device/vif/0", "a", "b",
            "ab", "abc", "]",
            "-", "^", "[", "*", "?", "a]", "/a-b", "ä", "/ä/b", "aä", "@releaseDomain",
        ]
        let patterns = [
            "", "*", "**", "?", "??", "/*", "*/", "/local/*", "/local/domain/[0-9]", "/local/domain/[0-9][0-9]/*",
            "*/name", "*/vif/*",
            "[ab]", "[^ab]", "[a-c]", "[^a-c]", "[]]", "[^]]", "[]a]", "[a-]", "[-a]", "[a^]", "[*]", "[?]", "a*b",
            "a*c*", "*b*", "?*?",
            "[a-b-c]", "a[]]", "/ä/*", "*ä", "ä", "@*", "a]", "[0-9a-f]*",
        ]
        var matches = 0
        for text in texts {
            for pattern in patterns {
                let expected = try sqlite(text, pattern)
                matches += expected ? 1 : 0
                #expect(Glob.matches(Octets(text.utf8), pattern) == expected, "'\(text)' GLOB '\(pattern)'")
            }
        }
        #expect(matches > 100)
    }

    @Test func randomPatternsMatchAsInSQLite() throws {
        var matches = 0
        for seed in UInt64(0)..<3000 {
            var random = SeededGenerator(seed: seed)
            let text = String((0..<random.below(9)).map { _ in Array("abc/-]")[random.below(6)] })
            let pattern = (0..<random.below(7)).map { _ in piece(&random) }.joined()
            let expected = try sqlite(text, pattern)
            matches += expected ? 1 : 0
            #expect(Glob.matches(Octets(text.utf8), pattern) == expected, "seed \(seed): '\(text)' GLOB '\(pattern)'")
        }
        #expect(matches > 300)
    }

    private func piece(_ random: inout SeededGenerator) -> String {
        let letters = ["a", "b", "c", "/", "-", "]"]
        let sets = [
            "[ab]", "[^ab]", "[a-c]", "[^a-b]", "[]a]", "[^]]", "[a-]", "[-c]", "[/]", "[b-b]", "[a-bc]", "[^-]",
        ]
        switch random.below(10) {
        case 0..<4: return "*"
        case 4: return "?"
        case 5, 6: return sets[random.below(sets.count)]
        default: return letters[random.below(letters.count)]
        }
    }

    @Test func aPathThatIsNoTextCanBeMatched() {
        #expect(Glob.matches([0x2F, 0xFF, 0x00, 0x61], "/*"))
        #expect(Glob.matches([0x2F, 0xFF], "/?"))
        #expect(!Glob.matches([0x2F, 0xFF], "/??"))
        #expect(Glob.matches([0x2F, 0xFF], "/[^a]"))
    }

    @Test func aPathWithANULIsMatchedUpToIt() {
        #expect(Glob.matches([0x2F, 0x61, 0x00, 0x62], "/a"))
    }

    @Test func aPathThatIsASliceIsMatchedFromItsStart() {
        let image = Array("xxx/a/b".utf8)
        #expect(Glob.matches(image[3...], "/a/*"))
        #expect(!Glob.matches(image[3...], "x*"))
    }

    @Test func manyStarsAreNoTrap() {
        let path = Octets(repeating: 0x61, count: 2000)
        #expect(!Glob.matches(path, "*a*a*a*a*a*a*a*a*a*a*a*a*b"))
        #expect(Glob.matches(path, "*a*a*a*a*a*a*a*a*a*a*a*a*"))
    }

    @Test func openAndReversedSetsMatchAsInSQLite() throws {
        let texts = ["", "a", "b", "c", "[", "[a", "[a-", "]", "-", "^", "_", "z"]
        for pattern in [
            "[", "[a", "[a-", "[^", "[]", "[^]", "a[", "[c-a]", "[z-a]", "[a--]", "[]-a]", "[^]-a]", "[^c-a]", "*[",
        ] {
            for text in texts {
                let expected = try sqlite(text, pattern)
                #expect(Glob.matches(Octets(text.utf8), pattern) == expected, "'\(text)' GLOB '\(pattern)'")
            }
        }
    }

    @Test func aQuestionMarkAndASetTakeACharacterAsInSQLite() throws {
        for (text, pattern) in [("/ä", "/?"), ("/ä", "/??"), ("/ä", "/[ä]"), ("/ä", "/[^a]"), ("/ä", "/[à-ö]")] {
            #expect(
                Glob.matches(Octets(text.utf8), pattern) == (try sqlite(text, pattern)), "'\(text)' GLOB '\(pattern)'")
        }
    }
}
