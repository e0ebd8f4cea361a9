import Testing

/// What the code does not do.
@Suite struct CodeRules {
    /// The offsets at which the code forces a value: a `!` after a value that is not a `!=`.
    private func forcedValues(_ code: [UInt8]) -> [Int] {
        code.indices.dropFirst().filter { index in
            guard code[index] == UInt8(ascii: "!") else { return false }
            let before = code[index - 1]
            let isValue = before.isWord || before == UInt8(ascii: ")") || before == UInt8(ascii: "]")
            return isValue && !(index + 1 < code.count && code[index + 1] == UInt8(ascii: "="))
        }
    }

    @Test func nothingIsForced() {
        for file in Repository.swiftFiles(under: "Sources/") {
            let code = file.code
            var forced = forcedValues(code)
            for word in ["fatalError", "preconditionFailure", "unsafelyUnwrapped"] {
                forced += code.offsets(of: word)
            }
            #expect(forced.map { "\(file.path):\(file.file.lineNumber(of: $0))" } == [])
        }
    }

    @Test(arguments: [
        ("a!.b", true), ("try! f()", true), ("a as! B", true), ("f()!", true), ("a[0]!", true), ("var a: Int!", true),
        ("a != b", false), ("a!=b", false), ("!a", false), ("(!a && !b)", false), ("\"so!\"", false),
        ("a // so!", false), ("f(\"a\\\"b!\")", false), ("\"a\\(b!)\"", true),
    ])
    func aForcedValueIsSeen(_ line: String, _ isForced: Bool) {
        #expect(forcedValues(SwiftFile(line).code).isEmpty != isForced)
    }
}
