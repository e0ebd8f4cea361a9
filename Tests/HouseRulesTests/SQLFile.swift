/// An SQL file: its comments, and its statements that create something.
struct SQLFile {
    let file: TextFile
    /// Whether each byte is part of a comment.
    let isComment: [Bool]
    /// From `CREATE` to the semicolon.
    let creates: [Range<Int>]

    init(_ file: TextFile) {
        let bytes = file.bytes
        var isComment = [Bool](repeating: false, count: bytes.count)
        var creates: [Range<Int>] = []
        /// The first byte of the current statement.
        var start: Int?
        var index = 0
        while index < bytes.count {
            var end = index + 1
            switch bytes[index] {
            case UInt8(ascii: "-") where bytes.hasPrefix("--", at: index):
                while end < bytes.count && bytes[end] != 0x0A { end += 1 }
                for byte in index..<end { isComment[byte] = true }
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                while end < bytes.count && bytes[end] != bytes[index] { end += 1 }
                end += 1
            case UInt8(ascii: ";"):
                if let first = start, bytes.hasPrefix("CREATE", at: first) { creates.append(first..<index) }
                start = nil
            case 0x20, 0x0A: break
            default: start = start ?? index
            }
            index = end
        }
        self.file = file
        self.isComment = isComment
        self.creates = creates
    }

    /// Whether a line with a comment is part of a statement that creates something: the database
    /// keeps the text of the statement, with its comments.
    func isInCreate(_ line: Range<Int>) -> Bool {
        creates.contains { $0.overlaps(line) }
    }

    func hasComment(_ line: Range<Int>) -> Bool {
        isComment[line].contains(true)
    }
}
