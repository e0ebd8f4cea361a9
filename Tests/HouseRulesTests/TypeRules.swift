import Testing

/// A file has one type, and is named for it.
@Suite struct TypeRules {
    /// The lines that an extension of another type may have in the file of a type.
    private static let mostLinesOfAnotherExtension = 12

    /// What is wrong with a file: with its types, or with its name.
    private func problems(_ file: SwiftFile) -> [String] {
        let declarations = file.declarations.filter(\.isTopLevel)
        let types = Set(declarations.filter { $0.kind == .type }.map(\.name)).sorted()
        let name = String(file.path.split(separator: "/").last?.dropLast(".swift".count) ?? "")
        if types.count > 1 { return ["has the types \(types.joined(separator: ", "))"] }
        if let type = types.first {
            var problems = name == type ? [] : ["declares \(type)"]
            for other in declarations where other.kind == .extension && isForeign(other.name, to: type) {
                if other.lineCount > Self.mostLinesOfAnotherExtension {
                    problems.append("has an extension of \(other.name) with \(other.lineCount) lines beside \(type)")
                }
            }
            return problems
        }
        let extended = Set(declarations.filter { $0.kind == .extension }.map(\.name)).sorted()
        let others = Set(declarations.filter { $0.kind == .function || $0.kind == .alias }.map(\.name)).sorted()
        let subjects = extended.isEmpty ? others : extended
        guard subjects.count == 1 else { return ["has neither one type nor one subject: \(subjects)"] }
        let stem = name.prefix { $0 != "+" }
        let isNamed = stem == subjects[0] || stem.lowercased() == subjects[0].lowercased() && extended.isEmpty
        return isNamed ? [] : ["is about \(subjects[0])"]
    }

    private func isForeign(_ extended: String, to type: String) -> Bool {
        extended != type && !extended.hasPrefix(type + ".")
    }

    @Test func eachFileHasOneTypeAndItsName() {
        for file in Repository.swiftFiles(under: "Sources/") {
            for problem in problems(file) { Issue.record("\(file.path) \(problem)") }
        }
    }

    // MARK: The rule itself

    @Test(arguments: [
        ("A.swift", "struct A {}\nextension A {}\nextension Int {}"), ("A+What.swift", "extension A {}\nextension A {}"),
        ("A.swift", "extension A: B {}"), ("A.B+C.swift", "extension A.B {}"), ("A.swift", "typealias A = Int"),
        ("Do.swift", "func `do`() {}\nfunc `do`(a: Int) {}".replacing("`", with: "")),
        ("A.swift", "#if X\nstruct A {}\n#else\nstruct A {}\n#endif"),
    ])
    func aFileWithOneSubjectAndItsNameIsAccepted(_ name: String, _ text: String) {
        #expect(problems(SwiftFile(text, path: "Sources/M/" + name)) == [])
    }

    @Test(arguments: [
        ("A.swift", "struct A {}\nprivate struct B {}"), ("B.swift", "struct A {}"), ("A+What.swift", "struct A {}"),
        ("A.swift", "extension A {}\nextension B {}"), ("B+A.swift", "extension A {}"), ("A.swift", "let a = 1"),
        ("A.swift", "func a() {}\nfunc b() {}"), ("A.swift", "extension A.B {}"),
        ("A.swift", "struct A {}\nextension B {" + String(repeating: "\n", count: 20) + "}"),
    ])
    func anyOtherFileIsRefused(_ name: String, _ text: String) {
        #expect(problems(SwiftFile(text, path: "Sources/M/" + name)) != [])
    }
}
