import Testing

@Suite struct ExceptionListTests {
    private let list: ExceptionList

    init() throws {
        list = try ExceptionList(name: "wide lines", text: "# Comment.\na.swift: 2\nb.swift: 1\n")
    }

    @Test func whatIsListedIsAccepted() {
        #expect(list.problems(with: ["a.swift": ["1", "2"], "b.swift": ["7"]]) == [])
    }

    @Test func moreThanIsListedIsAProblem() {
        #expect(
            list.problems(with: ["a.swift": ["1", "2"], "b.swift": ["7", "9"], "c.swift": ["3"]]) == [
                "b.swift has 2 wide lines, and may have 1: 7; 9", "c.swift has 1 wide lines, and may have 0: 3",
            ])
    }

    @Test func anEntryThatIsTooHighIsAProblem() {
        #expect(
            list.problems(with: ["a.swift": ["1"]]) == [
                "a.swift no longer has 2 wide lines, lower its entry to 1",
                "b.swift no longer has 1 wide lines, remove its entry",
            ])
    }

    @Test func recordingOnlyLowers() {
        #expect(list.lowered(to: ["a.swift": 5, "c.swift": 1]) == ["a.swift": 2])
        #expect(list.lowered(to: ["a.swift": 1, "b.swift": 1]) == ["a.swift": 1, "b.swift": 1])
    }

    @Test(arguments: ["a.swift", "a.swift: x", "a.swift: 0", "a: 1\na: 2"]) func aBadListIsRefused(_ text: String) {
        #expect(throws: ExceptionList.Problem.self) { try ExceptionList(name: "wide lines", text: text) }
    }
}
