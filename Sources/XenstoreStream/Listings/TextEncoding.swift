/// How the characters of a text are encoded.
enum TextEncoding: String {
    case utf8 = "UTF-8"
    case utf8WithMark = "UTF-8 with a byte-order mark"
    case utf16Little = "UTF-16, little-endian"
    case utf16Big = "UTF-16, big-endian"

    /// The encoding that a text's first bytes show.
    init(_ bytes: Octets) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            self = .utf8WithMark
        } else if bytes.starts(with: [0xFF, 0xFE]) {
            self = .utf16Little
        } else if bytes.starts(with: [0xFE, 0xFF]) {
            self = .utf16Big
        } else if Self.hasZeros(bytes, at: 1) {
            self = .utf16Little
        } else if Self.hasZeros(bytes, at: 0) {
            self = .utf16Big
        } else {
            self = .utf8
        }
    }

    /// Whether a text ends with the end of a line: a newline, or a carriage return in a text that
    /// has no newlines.
    static func endsLine(_ text: [UInt8]) -> Bool {
        let last = TextEncoding(text[...]) == .utf16Little ? text.dropLast().last : text.last
        return last == ASCII.newline || last == ASCII.carriageReturn && !text.contains(ASCII.newline)
    }

    /// Whether every second byte is zero, and no other one, as in ASCII that is written as UTF-16.
    private static func hasZeros(_ bytes: Octets, at place: Int) -> Bool {
        let sample = bytes.prefix(512)
        guard sample.count >= 8 else { return false }
        return sample.enumerated().allSatisfy { ($0.element == 0) == ($0.offset % 2 == place) }
    }

    /// Bytes before the first character.
    var markSize: Int {
        switch self {
        case .utf8: 0
        case .utf8WithMark: 3
        case .utf16Little, .utf16Big: 2
        }
    }

    /// Bytes of a character, at least.
    var unitSize: Int {
        switch self {
        case .utf8, .utf8WithMark: 1
        case .utf16Little, .utf16Big: 2
        }
    }
}
