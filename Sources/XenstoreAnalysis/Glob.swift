import XenstoreStream

/// Patterns as SQL's GLOB has them: `*` any bytes, `?` one byte, `[...]` one of some, `[^...]` one of the others.
///
/// Works on bytes, so that a path that is no text can be matched too; runs in time proportional to path times pattern.
public enum Glob {
    public static func matches(_ path: Octets, _ pattern: String) -> Bool {
        let tokens = parse(Array(pattern.utf8))
        let bytes = Array(path)
        // reachable[n]: the bytes so far match the first n tokens.
        var reachable = [true] + Array(repeating: false, count: tokens.count)
        spread(&reachable, tokens)
        for byte in bytes {
            var next = Array(repeating: false, count: tokens.count + 1)
            for (index, token) in tokens.enumerated() where reachable[index] {
                switch token {
                case .any: next[index] = true
                case .one: next[index + 1] = true
                case .byte(let wanted): if byte == wanted { next[index + 1] = true }
                case .set(let ranges, let isNegated):
                    if ranges.contains(where: { $0.contains(byte) }) != isNegated { next[index + 1] = true }
                }
            }
            reachable = next
            spread(&reachable, tokens)
        }
        return reachable[tokens.count]
    }

    private enum Token {
        case any, one
        case byte(UInt8)
        case set([ClosedRange<UInt8>], isNegated: Bool)
    }

    /// A `*` also matches nothing.
    private static func spread(_ reachable: inout [Bool], _ tokens: [Token]) {
        for (index, token) in tokens.enumerated() where reachable[index] {
            if case .any = token { reachable[index + 1] = true }
        }
    }

    private static func parse(_ pattern: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var index = 0
        while index < pattern.count {
            switch pattern[index] {
            case 0x2A: tokens.append(.any)
            case 0x3F: tokens.append(.one)
            case 0x5B:
                // A bracket that nothing closes stands for itself.
                guard let (token, end) = set(pattern, from: index + 1) else {
                    tokens.append(.byte(0x5B))
                    break
                }
                tokens.append(token)
                index = end
            default: tokens.append(.byte(pattern[index]))
            }
            index += 1
        }
        return tokens
    }

    /// Reads a set behind its `[`; the result's index is that of its `]`.
    private static func set(_ pattern: [UInt8], from start: Int) -> (Token, Int)? {
        var index = start
        let isNegated = index < pattern.count && pattern[index] == 0x5E
        if isNegated { index += 1 }
        var ranges: [ClosedRange<UInt8>] = []
        let first = index
        while index < pattern.count, pattern[index] != 0x5D || index == first {
            let low = pattern[index]
            if index + 2 < pattern.count, pattern[index + 1] == 0x2D, pattern[index + 2] != 0x5D {
                let high = pattern[index + 2]
                if low <= high { ranges.append(low...high) }
                index += 3
            } else {
                ranges.append(low...low)
                index += 1
            }
        }
        return index < pattern.count ? (.set(ranges, isNegated: isNegated), index) : nil
    }
}
