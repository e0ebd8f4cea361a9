import TestSupport

/// Does to a listing what terminals, mailers and people do.
struct ListingMutator {
    var random: SeededGenerator

    /// What was done, for messages.
    private(set) var steps: [String] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    private static let prompts = ["# ", "[root@host ~]# ", "root@dom0:~# ", "user@host:/tmp$ ", "(dom0) # "]

    mutating func prompt() -> String {
        Self.prompts[random.below(Self.prompts.count)]
    }

    /// Wraps lines: as a mailer at blanks, or as a terminal anywhere.
    mutating func wrapped(_ lines: [String]) -> [String] {
        let width = 50 + random.below(60)
        if random.chance(50) {
            steps.append("wrapped by a mailer at \(width)")
            let keepsBlank = random.chance(50)
            return lines.flatMap { Self.wrappedAtBlanks($0, width, keepsBlank) }
        }
        steps.append("wrapped by a terminal at \(width)")
        return lines.flatMap { line -> [String] in
            var rest = Substring(line)
            var pieces: [String] = []
            while rest.count > width {
                pieces.append(String(rest.prefix(width)))
                rest = rest.dropFirst(width)
            }
            return pieces + [String(rest)]
        }
    }

    private static func wrappedAtBlanks(_ line: String, _ width: Int, _ keepsBlank: Bool) -> [String] {
        var rest = Substring(line)
        var pieces: [String] = []
        while rest.count > width {
            let indent = rest.prefix { $0 == " " }.count
            guard let blank = rest.prefix(width + 1).dropFirst(indent + 1).lastIndex(of: " ") else { break }
            let head = rest[..<blank]
            if head.allSatisfy({ $0 == " " }) { break }
            pieces.append(String(head) + (keepsBlank ? " " : ""))
            rest = rest[rest.index(after: blank)...]
        }
        return pieces + [String(rest)]
    }

    mutating func quoted(_ lines: [String]) -> [String] {
        let mark = ["> ", ">> ", "> > ", ">", ">>> ", "> >> "][random.below(6)]
        steps.append("quoted by '\(mark)'")
        return lines.map { mark + $0 }
    }

    mutating func indented(_ lines: [String]) -> [String] {
        let count = 1 + random.below(8)
        steps.append("indented by \(count)")
        return lines.map { String(repeating: " ", count: count) + $0 }
    }

    mutating func fenced(_ lines: [String]) -> [String] {
        steps.append("fenced")
        return ["Here is what I see:", "", "```"] + lines + ["```", "", "Any ideas?"]
    }

    /// The text in one of the encodings and with one of the ends of lines that are in use.
    mutating func encoded(_ lines: [String]) -> [UInt8] {
        let end = random.chance(30) ? "\r\n" : "\n"
        let text = lines.map { $0 + end }.joined()
        switch random.below(8) {
        case 0:
            steps.append("UTF-16")
            let isLittle = random.chance(50)
            let units = (random.chance(70) ? [0xFEFF] : []) + Array(text.utf16)
            return units.flatMap {
                isLittle ? [UInt8($0 & 0xFF), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 0xFF)]
            }
        case 1:
            steps.append("byte-order mark")
            return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        case 2:
            steps.append("quoted-printable")
            return Array(lines.map { Self.quotedPrintable($0) + end }.joined().utf8)
        default: return Array(text.utf8)
        }
    }

    private static func quotedPrintable(_ line: String) -> String {
        var result = ""
        var column = 0
        for byte in line.utf8 {
            let piece = byte == UInt8(ascii: "=") ? "=3D" : String(UnicodeScalar(byte))
            if column + piece.count > 75 {
                result += "=\n"
                column = 0
            }
            result += piece
            column += piece.count
        }
        return result
    }

    mutating func note(_ step: String) {
        steps.append(step)
    }
}
