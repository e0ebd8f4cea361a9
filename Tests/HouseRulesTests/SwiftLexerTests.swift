import Testing

@Suite struct SwiftLexerTests {
    /// The bytes of one part; a dot stands for each other byte.
    private func shown(_ part: SwiftFile.Part, _ text: String) -> String {
        let file = SwiftFile(text)
        return String(
            decoding: file.bytes.indices.map { file.parts[$0] == part ? file.bytes[$0] : UInt8(ascii: ".") },
            as: UTF8.self)
    }

    @Test(arguments: [
        ("a // b", "..// b"), ("a /* b /* c */ d */ e", "../* b /* c */ d */.."),
        ("\"//\" // b", ".....// b"), ("a / b // c", "......// c"), ("/// a\nb", "/// a.."),
    ])
    func aCommentIsSeen(_ text: String, _ comment: String) {
        #expect(shown(.comment, text) == comment)
    }

    @Test(arguments: [
        ("f(\"a\\\"b\")", "...a\\\"b.."), ("\"a\\(b)c\"", ".a....c."), ("\"\\(f(\"x\"))y\"", "......x...y."),
        ("\"\"\"\na\"b\n\"\"\"c", "....a\"b....."), ("#\"a\"b\\(c)\"#", "..a\"b\\(c).."),
        ("#\"\\#(a)b\"#", ".......b.."), ("f(/a\"b/)", "...a\"b.."), ("a / b / \"c\"", ".........c."),
        ("\"a\nb\"c\"", ".a...c."),
    ])
    func aStringIsSeen(_ text: String, _ string: String) {
        #expect(shown(.string, text).replacing("\n", with: ".") == string)
    }

    @Test func everyStringOfTheRepositoryEnds() {
        for file in Repository.swiftFiles {
            var lexer = SwiftLexer(file.bytes)
            lexer.run()
            #expect(lexer.isComplete, "\(file.path)")
        }
    }
}
