import Testing
import XenstoreArchive

@Suite struct NearestTests {
    private static let names = ["import", "images", "show", "export", "memory_top", "memory_use", "ls"]

    @Test(arguments: [
        ("imports", "import"), ("improt", "import"), ("iport", "import"), ("expert", "export"), ("l", "ls"),
        ("memory_to", "memory_top"),
        ("expo", "export"),
    ])
    func aFewSlipsAreForgiven(_ typed: String, _ meant: String) {
        #expect(Nearest.match(typed, among: Self.names) == meant)
    }

    @Test(arguments: ["", "x", "zz", "sh", "memory", "diff", "exxpoorrt", "i"]) func anotherNameIsAnotherName(
        _ typed: String
    ) {
        #expect(Nearest.match(typed, among: Self.names) == nil)
    }

    @Test func theNearestWins() {
        #expect(Nearest.match("abcdeX", among: ["abcXYZ", "abcdef", "abcxxX"]) == "abcdef")
        #expect(Nearest.match("abcdef", among: ["abcdef"]) == nil)
    }

    @Test func aHugeNameCostsLittle() {
        let huge = String(repeating: "a", count: 1_000_000)
        #expect(Nearest.match(huge, among: Array(repeating: huge + "b", count: 20)) != nil)
    }

    @Test func theAnswerIsEscaped() {
        #expect(Nearest.advice("ab\u{1B}", among: ["ab\u{1B}c"], otherwise: "look") == "did you mean ab\\x1bc?")
        #expect(Nearest.advice("z", among: ["abc"], otherwise: "look") == "look")
    }
}
