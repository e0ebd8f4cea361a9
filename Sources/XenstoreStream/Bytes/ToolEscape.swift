/// The escapes of Xen's own tools: `\t \n \r \\`, three octal digits below 8, `\xNN` for everything
/// else that is not printable ASCII.
package enum ToolEscape {
    /// The bytes as text with these escapes.
    package static func text(_ octets: Octets) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(octets.count)
        for byte in octets {
            switch byte {
            case ASCII.tab: result += [ASCII.backslash, ASCII.t]
            case ASCII.newline: result += [ASCII.backslash, ASCII.n]
            case ASCII.carriageReturn: result += [ASCII.backslash, ASCII.r]
            case ASCII.backslash: result += [ASCII.backslash, ASCII.backslash]
            case 0...7: result += [ASCII.backslash, ASCII.zero, ASCII.zero, ASCII.zero + byte]
            case ASCII.space..<0x7F: result.append(byte)
            default:
                result += [ASCII.backslash, ASCII.x]
                Hexadecimal.append([byte], to: &result)
            }
        }
        return result
    }

    /// The bytes before they were escaped; nil if an escape is not one of these.
    static func read(_ text: Octets) -> Octets? {
        guard text.contains(ASCII.backslash) else { return text }
        return BackslashEscape.read(text) { rest in
            switch rest.popFirst() {
            case ASCII.t: return ASCII.tab
            case ASCII.n: return ASCII.newline
            case ASCII.r: return ASCII.carriageReturn
            case ASCII.backslash: return ASCII.backslash
            case ASCII.x: return BackslashEscape.hexadecimal(&rest)
            case ASCII.zero:
                guard rest.first == ASCII.zero, let last = rest.dropFirst().first,
                    (ASCII.zero...ASCII.seven).contains(last)
                else { return nil }
                rest = rest.dropFirst(2)
                return last - ASCII.zero
            default: return nil
            }
        }.map { $0[...] }
    }
}
