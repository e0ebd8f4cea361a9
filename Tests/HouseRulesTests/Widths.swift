/// Finds the lines that are wider than the rules allow.
enum Widths {
    static let code = 120
    static let widest = 175
    static let prose = 100
    static let scriptComment = 120

    /// The numbers of the lines of Swift code with more than 120 columns, and of the comment lines
    /// with more than 100.
    static func wideLines(_ file: SwiftFile) -> [Int] {
        numbers(of: file.file) { line in
            let first = file.bytes.firstNonSpace(line)
            let isComment = first < line.upperBound && file.parts[first] == .comment
            return isWider(file.bytes, line, isComment ? prose : code)
        }
    }

    /// The numbers of the lines of prose with more than 100 columns that can be wrapped.
    static func wideLines(_ document: Markdown) -> [Int] {
        document.lines.filter { line in
            line.part == .prose && isWider(document.file.bytes, line.range, prose)
                && canBeWrapped(document.file.bytes, line.range)
        }.map(\.number)
    }

    /// The numbers of the lines with a comment and more than 100 columns. A statement that creates
    /// something is not changed for its comments, and a key of a query's header is one line.
    static func wideLines(_ file: SQLFile) -> [Int] {
        let isQuery = file.file.path.hasPrefix("queries/")
        return numbers(of: file.file) { line in
            file.hasComment(line) && isWider(file.file.bytes, line, prose) && !file.isInCreate(line)
                && !(isQuery && isKey(file.file.bytes, line))
        }
    }

    /// The numbers of the lines that are comments after `#` with more than 120 columns.
    static func wideHashComments(_ file: TextFile) -> [Int] {
        numbers(of: file) { line in
            let first = file.bytes.firstNonSpace(line)
            return first < line.upperBound && file.bytes[first] == UInt8(ascii: "#")
                && isWider(file.bytes, line, scriptComment)
        }
    }

    private static func numbers(of file: TextFile, where isWide: (Range<Int>) -> Bool) -> [Int] {
        file.lines.enumerated().filter { isWide($0.element) }.map { $0.offset + 1 }
    }

    static func isWider(_ bytes: [UInt8], _ line: Range<Int>, _ limit: Int) -> Bool {
        line.count > limit && bytes.width(line) > limit
    }

    /// Whether the comment line has the form `-- key: value`.
    private static func isKey(_ bytes: [UInt8], _ line: Range<Int>) -> Bool {
        guard bytes.hasPrefix("-- ", at: line.lowerBound) else { return false }
        var index = line.lowerBound + 3
        while index < line.upperBound && bytes[index].isWord { index += 1 }
        return index > line.lowerBound + 3 && index < line.upperBound && bytes[index] == UInt8(ascii: ":")
    }

    /// Whether the line has a space at which it can be wrapped: not one in its indentation and list
    /// mark, in a link or in a code span. A first piece that is too wide by itself stays as it is.
    private static func canBeWrapped(_ bytes: [UInt8], _ line: Range<Int>) -> Bool {
        let indented = bytes.string(line).drop { " >".contains($0) }
        let mark = indented.prefix { $0.isNumber || "-*+.".contains($0) }
        let text = indented.dropFirst(mark.count).drop { $0 == " " }
        var column = bytes.string(line).count - text.count
        var isCode = false
        var brackets = 0
        for character in text {
            switch character {
            case "`": isCode.toggle()
            case "[", "(": brackets += isCode ? 0 : 1
            case "]", ")": brackets -= isCode ? 0 : 1
            case " " where !isCode && brackets <= 0: return column <= prose
            default: break
            }
            column += 1
        }
        return false
    }
}
