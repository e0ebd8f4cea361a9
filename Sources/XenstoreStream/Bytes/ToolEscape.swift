/// The escapes of Xen's own tools: `\t \n \r \\`, three octal digits below 8, `\xNN` for all else that is not printable ASCII.
public enum ToolEscape {
    public static func text(_ octets: Octets) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(octets.count)
        for byte in octets {
            switch byte {
            case 0x09: result += [0x5C, 0x74]
            case 0x0A: result += [0x5C, 0x6E]
            case 0x0D: result += [0x5C, 0x72]
            case 0x5C: result += [0x5C, 0x5C]
            case 0..<8: result += [0x5C, 0x30, 0x30, 0x30 + byte]
            case 0x20..<0x7F: result.append(byte)
            default:
                result += [0x5C, 0x78]
                Hexadecimal.append([byte], to: &result)
            }
        }
        return result
    }
}
