/// A document, with what each of its lines is.
struct Markdown {
    enum Part {
        case prose
        case table
        /// A line of a code block, or one of the fences around it.
        case code
        /// A line that a test writes, between `<!-- x: begin -->` and `<!-- x: end -->`.
        case generated
    }

    struct Line {
        let range: Range<Int>
        /// From 1 on.
        let number: Int
        let part: Part
    }

    let file: TextFile
    let lines: [Line]

    init(_ file: TextFile) {
        self.file = file
        var lines: [Line] = []
        var isGenerated = false
        /// The sign and the number of signs that end the code block.
        var fence: (sign: UInt8, count: Int)?
        for (index, range) in file.lines.enumerated() {
            let text = file.bytes.string(range)
            var part = Part.prose
            let trimmed = text.drop { $0 == " " }
            if text.hasPrefix("<!-- ") && text.hasSuffix(": end -->") { isGenerated = false }
            let mark = Self.fence(trimmed)
            if let open = fence {
                part = .code
                if let mark, mark.sign == open.sign, mark.count >= open.count, trimmed.utf8.count == mark.count {
                    fence = nil
                }
            } else if let mark {
                part = .code
                fence = mark
            } else if trimmed.hasPrefix("|") {
                part = .table
            }
            if isGenerated && part != .code { part = .generated }
            if text.hasPrefix("<!-- ") && text.hasSuffix(": begin -->") { isGenerated = true }
            lines.append(Line(range: range, number: index + 1, part: part))
        }
        self.lines = lines
    }

    private static func fence(_ line: Substring) -> (sign: UInt8, count: Int)? {
        guard let sign = line.utf8.first, sign == UInt8(ascii: "`") || sign == UInt8(ascii: "~") else { return nil }
        let count = line.utf8.prefix { $0 == sign }.count
        return count >= 3 ? (sign, count) : nil
    }

    /// The strings between single backticks.
    static func codeSpans(_ text: some StringProtocol) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
            String($0.element)
        }
    }

    /// The rows of each table with this line at its top: for each row the cells.
    ///
    /// - Returns: each table with the last line of prose before it, which names its subject.
    func tables(headed head: String) -> [(above: String, rows: [[String]])] {
        var tables: [(above: String, rows: [[String]])] = []
        var above = ""
        var isInTable = false
        for line in lines {
            let text = file.bytes.string(line.range)
            if line.part == .prose && !text.isEmpty { above = text }
            if text == head {
                tables.append((above, []))
                isInTable = true
            } else if line.part != .table {
                isInTable = false
            } else if isInTable && !text.hasPrefix("| -") {
                tables[tables.count - 1].rows.append(
                    text.split(separator: "|").map { $0.trimmed })
            }
        }
        return tables
    }
}

extension Substring {
    fileprivate var trimmed: String {
        var part = drop { $0 == " " }
        while part.last == " " { part.removeLast() }
        return String(part)
    }
}
