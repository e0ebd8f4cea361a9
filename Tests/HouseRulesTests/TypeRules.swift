import Testing

/// A file has one type and its name.
@Suite struct TypeRules {
    /// The lines that an extension of another type may have in the file of a type.
    private static let mostLinesOfAnotherExtension = 12

    /// What is wrong with a file: with its types, or with its name.
    private func problems(_ file: SwiftFile) -> [String] {
        let declarations = file.declarations.filter(\.isTopLevel)
        let name = String(file.path.split(separator: "/").last?.dropLast(".swift".count) ?? "")
        func names(_ kinds: SwiftDeclaration.Kind...) -> [String] {
            Set(declarations.filter { kinds.contains($0.kind) }.map(\.name)).sorted()
        }
        let types = names(.type)
        if types.count > 1 { return ["has the types \(types.joined(separator: ", "))"] }
        let extended = names(.extension)
        // An alias with the name of the file is its type.
        if let type = types.first ?? names(.alias).first(where: { $0 == name }) {
            return (name == type ? [] : ["declares \(type)"])
                + declarations.filter {
                    $0.kind == .extension && isForeign($0.name, to: type)
                        && $0.lineCount > Self.mostLinesOfAnotherExtension
                }.map { "has an extension of \($0.name) with \($0.lineCount) lines beside \(type)" }
        }
        if let subject = extended.first {
            let others = extended.filter { isForeign($0, to: subject) }
            guard others.isEmpty else { return ["extends \(extended.joined(separator: ", "))"] }
            return name.prefix { $0 != "+" } == subject ? [] : ["extends \(subject)"]
        }
        let others = names(.function, .alias)
        guard others.count == 1 else { return ["has no type and not one subject: \(others.joined(separator: ", "))"] }
        return name.lowercased() == others[0].lowercased() ? [] : ["declares \(others[0])"]
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
        ("A.swift", "struct A {}\nextension A {}\nextension Int {}"),
        ("A+What.swift", "extension A {}\nextension A {}"),
        ("A.swift", "extension A: B {}"), ("A.B+C.swift", "extension A.B {}"), ("A.swift", "typealias A = Int"),
        ("Run.swift", "func run() {}\nfunc run(a: Int) {}"), ("A.swift", "typealias A = Int\nextension Int {}"),
        ("A+What.swift", "extension A {}\nextension A.B {}"),
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
