/// A Swift file, with what each byte of it is.
struct SwiftFile: Sendable {
    /// What a byte is part of.
    ///
    /// The quotes of a string and the expressions in it are code, and so is the end of a line.
    enum Part: UInt8, Sendable {
        case code, comment, string
    }

    let file: TextFile
    let parts: [Part]

    var path: String { file.path }
    var bytes: [UInt8] { file.bytes }

    init(_ file: TextFile) {
        self.file = file
        var lexer = SwiftLexer(file.bytes)
        lexer.run()
        parts = lexer.parts
    }

    /// For tests of the rules.
    init(_ text: String, path: String = "Sources/Module/File.swift") {
        self.init(TextFile(path: path, bytes: Array(text.utf8)))
    }

    /// The bytes of the code; all others are spaces, except line feeds.
    var code: [UInt8] {
        var code = bytes
        for index in code.indices where parts[index] != .code && code[index] != 0x0A { code[index] = 0x20 }
        return code
    }
}
