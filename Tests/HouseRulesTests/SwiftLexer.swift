/// Finds comments and strings in Swift code: nested comments, raw and multi-line strings, the
/// expressions in strings, and regular expressions, which count as strings.
struct SwiftLexer {
    /// A string that has begun.
    private struct Literal {
        let hashes: Int
        let isMultiline: Bool
        /// The open parentheses of the expression in the string, from the first one on.
        var parentheses = 0
    }

    private let bytes: [UInt8]
    private(set) var parts: [SwiftFile.Part]
    private var index = 0
    /// The strings around the current byte. The last one is open if it has no parentheses;
    /// otherwise the byte is in an expression in it.
    private var literals: [Literal] = []

    /// Whether every string has ended; for a file that compiles, it has.
    var isComplete: Bool {
        literals.isEmpty
    }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        parts = Array(repeating: .code, count: bytes.count)
    }

    mutating func run() {
        while index < bytes.count {
            if let literal = literals.last, literal.parentheses == 0 {
                continueString(literal)
            } else {
                continueCode()
            }
        }
    }

    private mutating func continueCode() {
        switch bytes[index] {
        case UInt8(ascii: "/"): slash()
        case UInt8(ascii: "\""): beginString(hashes: 0)
        case UInt8(ascii: "#"):
            let hashes = hashes(at: index)
            index += hashes
            if index < bytes.count && bytes[index] == UInt8(ascii: "\"") { beginString(hashes: hashes) }
        case UInt8(ascii: "("):
            if !literals.isEmpty { literals[literals.count - 1].parentheses += 1 }
            index += 1
        case UInt8(ascii: ")"):
            if !literals.isEmpty { literals[literals.count - 1].parentheses -= 1 }
            index += 1
        default: index += 1
        }
    }

    private mutating func slash() {
        if bytes.hasPrefix("//", at: index) {
            while index < bytes.count && bytes[index] != 0x0A { mark(.comment, count: 1) }
        } else if bytes.hasPrefix("/*", at: index) {
            blockComment()
        } else if let end = endOfRegularExpression() {
            index += 1
            mark(.string, count: end - index)
            index += 1
        } else {
            index += 1
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if bytes.hasPrefix("/*", at: index) {
                depth += 1
                mark(.comment, count: 2)
            } else if bytes.hasPrefix("*/", at: index) {
                depth -= 1
                mark(.comment, count: 2)
            } else {
                mark(.comment, count: 1)
            }
        } while depth > 0 && index < bytes.count
    }

    /// The offset of the slash at the end; nil if the slash here is an operator.
    private func endOfRegularExpression() -> Int? {
        var before = index - 1
        while before >= 0 && bytes[before] == 0x20 { before -= 1 }
        guard before < 0 || "(,=:[{".utf8.contains(bytes[before]) else { return nil }
        var end = index + 1
        guard end < bytes.count, bytes[end] != 0x20 else { return nil }
        while end < bytes.count && bytes[end] != 0x0A {
            if bytes[end] == UInt8(ascii: "/") { return end }
            end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    private mutating func beginString(hashes: Int) {
        let isMultiline = bytes.hasPrefix("\"\"\"", at: index)
        literals.append(Literal(hashes: hashes, isMultiline: isMultiline))
        index += isMultiline ? 3 : 1
    }

    private mutating func continueString(_ literal: Literal) {
        switch bytes[index] {
        case UInt8(ascii: "\\") where hashes(at: index + 1) >= literal.hashes:
            let next = index + 1 + literal.hashes
            if next < bytes.count && bytes[next] == UInt8(ascii: "(") {
                literals[literals.count - 1].parentheses = 1
                index = next + 1
            } else {
                mark(.string, count: next + 1 - index)
            }
        case UInt8(ascii: "\"") where !literal.isMultiline || bytes.hasPrefix("\"\"\"", at: index):
            let quotes = literal.isMultiline ? 3 : 1
            if hashes(at: index + quotes) >= literal.hashes {
                literals.removeLast()
                index += quotes + literal.hashes
            } else {
                mark(.string, count: 1)
            }
        case 0x0A where !literal.isMultiline:
            literals.removeLast()
            index += 1
        default: mark(.string, count: 1)
        }
    }

    /// The number of hash signs from an offset on.
    private func hashes(at offset: Int) -> Int {
        var end = offset
        while end < bytes.count && bytes[end] == UInt8(ascii: "#") { end += 1 }
        return end - offset
    }

    private mutating func mark(_ part: SwiftFile.Part, count: Int) {
        let end = min(index + count, bytes.count)
        while index < end {
            parts[index] = part
            index += 1
        }
    }
}
