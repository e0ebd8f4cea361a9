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
}
