/// A text as people paste it, in lines: decoded from UTF-16 and quoted-printable, without
/// carriage returns, colours of a terminal and marks of a quotation.
struct SourceText {
    let encoding: TextEncoding
    /// Whether the lines are written as quoted-printable (RFC 2045, section 6.7).
    let isQuotedPrintable: Bool
    /// The lines, which cover every byte.
    private(set) var lines: [SourceLine] = []
    /// How many lines end with a carriage return, and have marks of a quotation.
    private(set) var carriageReturns = 0
    private(set) var quotedLines = 0
    /// Whether a blank follows the marks of every quoted line; it is then part of them.
    private let hasBlankAfterMarks: Bool

    /// - Parameter bytes: the text.
    init(_ bytes: [UInt8]) {
        encoding = TextEncoding(bytes[...])
        isQuotedPrintable = encoding.unitSize == 1 && Self.isQuotedPrintable(bytes)
        hasBlankAfterMarks = Self.hasBlankAfterMarks(bytes, encoding)
        let newline = bytes.contains(ASCII.newline) ? ASCII.newline : ASCII.carriageReturn
        var start = 0
        while start < bytes.count {
            var end = Self.lineEnd(bytes, start, newline, encoding)
            if isQuotedPrintable {
                // A line that ends with = goes on in the next one.
                while end < bytes.count, Self.isSoftBreak(bytes[start..<end]) {
                    end = Self.lineEnd(bytes, end, newline, encoding)
                }
            }
            append(bytes, start..<end, newline)
            start = end
        }
    }

    private static func lineEnd(_ bytes: [UInt8], _ start: Int, _ newline: UInt8, _ encoding: TextEncoding) -> Int {
        guard encoding.unitSize == 2 else {
            return bytes[start...].firstIndex(of: newline).map { $0 + 1 } ?? bytes.count
        }
        let isLittle = encoding == .utf16Little
        var offset = start
        while offset + 1 < bytes.count {
            if bytes[isLittle ? offset : offset + 1] == newline && bytes[isLittle ? offset + 1 : offset] == 0 {
                return offset + 2
            }
            offset += 2
        }
        return bytes.count
    }

    private mutating func append(_ bytes: [UInt8], _ range: Range<Int>, _ newline: UInt8) {
        var line = decoded(bytes, range)
        if line.last == newline { line = line.dropLast() }
        let hasReturn = line.last == ASCII.carriageReturn
        while line.last == ASCII.carriageReturn { line = line.dropLast() }
        if hasReturn { carriageReturns += 1 }
        if isQuotedPrintable { line = Self.withoutQuotedPrintable(line) }
        let isPlain = line.withUnsafeBytes { bytes in bytes.allSatisfy { $0 < 0x80 && $0 != 0x1B } }
        if !isPlain { line = Self.plain(line) }
        let width = line.count
        let (depth, marked) = withoutQuoteMarks(line)
        if depth > 0 { quotedLines += 1 }
        let content = SourceLine.withoutFence(marked)
        lines.append(SourceLine(range: range, content: content, quoteDepth: depth, width: width))
    }

    private func decoded(_ bytes: [UInt8], _ range: Range<Int>) -> Octets {
        let start = range.lowerBound == 0 && Self.hasMark(bytes, encoding) ? encoding.markSize : range.lowerBound
        let line = bytes[min(start, range.upperBound)..<range.upperBound]
        guard encoding.unitSize == 2 else { return line }
        var units: [UInt16] = []
        var offset = line.startIndex
        while offset + 1 < line.endIndex {
            let (low, high) =
                encoding == .utf16Little ? (line[offset], line[offset + 1]) : (line[offset + 1], line[offset])
            units.append(UInt16(high) << 8 | UInt16(low))
            offset += 2
        }
        return Octets(String(decoding: units, as: UTF16.self).utf8)
    }

    private static func hasMark(_ bytes: [UInt8], _ encoding: TextEncoding) -> Bool {
        switch encoding {
        case .utf8: false
        case .utf8WithMark: true
        case .utf16Little: bytes.starts(with: [0xFF, 0xFE])
        case .utf16Big: bytes.starts(with: [0xFE, 0xFF])
        }
    }

    // MARK: Quotations

    private static let mark = UInt8(ascii: ">")

    private static func hasBlankAfterMarks(_ bytes: [UInt8], _ encoding: TextEncoding) -> Bool {
        // In UTF-16 every character has a zero beside it, which is left out here.
        guard bytes.contains(mark) else { return false }
        let text = encoding.unitSize == 2 ? bytes.filter { $0 != 0 } : bytes
        return text.split(separator: ASCII.newline).allSatisfy { line in
            let marks = line.prefix { $0 == mark || $0 == ASCII.space }
            guard marks.contains(mark), marks.endIndex < line.endIndex, line[marks.endIndex] != ASCII.carriageReturn
            else { return true }
            return marks.last == ASCII.space
        }
    }

    /// The number of marks `>` at the start of a line, and what follows them.
    private func withoutQuoteMarks(_ line: Octets) -> (depth: Int, content: Octets) {
        var (depth, content) = (0, line)
        while true {
            let rest = content.drop { $0 == ASCII.space }
            guard rest.first == Self.mark else { break }
            depth += 1
            content = rest.dropFirst()
        }
        if depth > 0 && hasBlankAfterMarks && content.first == ASCII.space { content = content.dropFirst() }
        return (depth, content)
    }

    // MARK: Quoted-printable

    private static let encodedEquals = Array(" =3D \"".utf8)
    private static let plainEquals = Array(" = \"".utf8)

    /// Whether more lines have ` =3D "` than ` = "`.
    private static func isQuotedPrintable(_ bytes: [UInt8]) -> Bool {
        let head = String(decoding: bytes.prefix(4096), as: UTF8.self).lowercased()
        if head.contains("content-transfer-encoding: quoted-printable") { return true }
        var (encoded, plain) = (0, 0)
        var rest = bytes[...]
        while let equals = rest.firstIndex(of: ASCII.equals) {
            if equals > 0 {
                let place = bytes[(equals - 1)...]
                if place.starts(with: encodedEquals) { encoded += 1 }
                if place.starts(with: plainEquals) { plain += 1 }
            }
            if encoded + plain > 100 { break }
            rest = rest[(equals + 1)...]
        }
        return encoded > plain
    }

    private static func isSoftBreak(_ line: Octets) -> Bool {
        line.last(where: { $0 != ASCII.newline && $0 != ASCII.carriageReturn }) == ASCII.equals
    }

    private static func withoutQuotedPrintable(_ line: Octets) -> Octets {
        guard line.contains(ASCII.equals) else { return line }
        var result: [UInt8] = []
        var rest = line
        // A mail that was quoted as it was sent has the marks before every part of a line.
        let marks = line.prefix { $0 == mark || $0 == ASCII.space }
        while let byte = rest.popFirst() {
            if byte != ASCII.equals {
                result.append(byte)
            } else if rest.count >= 2, let octets = Hexadecimal.read(rest.prefix(2)) {
                result += octets
                rest = rest.dropFirst(2)
            } else if let end = rest.firstIndex(of: ASCII.newline),
                rest[..<end].allSatisfy({ $0 == ASCII.carriageReturn })
            {
                rest = rest[(end + 1)...]
                if marks.contains(mark) && rest.starts(with: marks) { rest = rest.dropFirst(marks.count) }
            } else if !rest.isEmpty {
                result.append(byte)
            }
        }
        return result[...]
    }

    // MARK: What pages and terminals add

    /// Typographic quotation marks and blanks as ASCII, and no sequences of a terminal: the tools
    /// escape every byte that is not printable ASCII, so these are not theirs.
    private static func plain(_ line: Octets) -> Octets {
        var result: [UInt8] = []
        var rest = line
        while let byte = rest.popFirst() {
            if byte == 0x1B, rest.first == UInt8(ascii: "[") {
                let end = rest.dropFirst().firstIndex { (0x40...0x7E).contains($0) }
                rest = end.map { rest[($0 + 1)...] } ?? []
            } else if byte == 0xC2, rest.first == 0xA0 {
                rest = rest.dropFirst()
                result.append(ASCII.space)
            } else if byte == 0xE2, rest.starts(with: [0x80, 0x9C]) || rest.starts(with: [0x80, 0x9D]) {
                rest = rest.dropFirst(2)
                result.append(ASCII.quote)
            } else {
                result.append(byte)
            }
        }
        return result[...]
    }
}
