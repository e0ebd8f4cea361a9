/// What people read in a file, with zeros for the rest: each array has the length of the file.
enum Prose {
    /// The comments of a Swift file, without code in backticks. A sentence may end in another line.
    static func comments(_ file: SwiftFile) -> [UInt8] {
        comments(file.bytes, UInt8(ascii: "/")) { file.parts[$0] == .comment }
    }

    /// The comments of an SQL file, without the lists of columns, which are code.
    static func comments(_ file: SQLFile) -> [UInt8] {
        let bytes = file.file.bytes
        var isList = false
        var start = 0
        var lists: [Range<Int>] = []
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            isList = isList || line.starts(with: "-- columns: ".utf8)
            if isList { lists.append(start..<start + line.count) }
            isList = isList && line.last == UInt8(ascii: ",")
            start += line.count + 1
        }
        var prose = comments(bytes, UInt8(ascii: "-")) { file.isComment[$0] }
        for byte in lists.joined() { prose[byte] = 0 }
        return prose
    }

    /// - Parameter sign: what a comment begins with, several times.
    private static func comments(_ bytes: [UInt8], _ sign: UInt8, where isComment: (Int) -> Bool) -> [UInt8] {
        var prose = [UInt8](repeating: 0, count: bytes.count)
        var isAfterSign = false
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == 0x20 || byte == 0x0A {
                prose[index] = byte
            } else if isComment(index) {
                let isBeginning = index == 0 || !isComment(index - 1)
                isAfterSign = byte == sign && (isBeginning || isAfterSign)
                prose[index] = isAfterSign ? 0x20 : byte
            }
        }
        blankCodeSpans(&prose)
        return prose
    }

    /// The contents of strings, without escapes, expressions and code in backticks.
    static func strings(_ file: SwiftFile) -> [UInt8] {
        var prose = [UInt8](repeating: 0, count: file.bytes.count)
        var isEscaped = false
        for index in file.bytes.indices where file.parts[index] == .string {
            let byte = file.bytes[index]
            let isEscape = byte == UInt8(ascii: "\\") && !isEscaped
            if !isEscape && !isEscaped { prose[index] = byte }
            isEscaped = isEscape
        }
        blankCodeSpans(&prose)
        return prose
    }

    /// The prose and tables of a document, without code, comments, the targets of links, and the
    /// table of banned words.
    static func text(_ document: Markdown) -> [UInt8] {
        let bytes = document.file.bytes
        var prose = [UInt8](repeating: 0, count: bytes.count)
        var isBanTable = false
        for line in document.lines {
            if bytes.string(line.range) == "| not | but |" { isBanTable = true }
            if line.part != .table { isBanTable = false }
            if line.part == .code || isBanTable || bytes.hasPrefix("<!--", at: line.range.lowerBound) { continue }
            var isTarget = false
            for index in line.range {
                if bytes.hasPrefix("](", at: index) { isTarget = true }
                if isTarget && bytes[index] == UInt8(ascii: ")") { isTarget = false }
                if !isTarget { prose[index] = bytes[index] }
            }
            if line.range.upperBound < bytes.count { prose[line.range.upperBound] = 0x0A }
        }
        blankCodeSpans(&prose)
        return prose
    }

    /// Replaces what is between backticks. A code span ends with its paragraph or string.
    private static func blankCodeSpans(_ prose: inout [UInt8]) {
        var open: Int?
        var isLineEmpty = false
        for index in prose.indices {
            switch prose[index] {
            case UInt8(ascii: "`"):
                if let start = open {
                    for byte in start...index { prose[byte] = 0 }
                    open = nil
                } else {
                    open = index
                }
                isLineEmpty = false
            case 0x0A:
                if isLineEmpty { open = nil }
                isLineEmpty = true
            case 0x20: break
            case 0: open = nil
            default: isLineEmpty = false
            }
        }
    }
}
