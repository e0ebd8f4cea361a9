/// The escapes of `tdbdump`: a backslash and two hexadecimal digits for quotation marks,
/// backslashes and everything that is not printable ASCII.
enum TDBDumpEscape {
    /// The bytes as text with these escapes.
    static func text(_ octets: Octets) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(octets.count)
        for byte in octets {
            if ASCII.isPrintable(byte) && byte != ASCII.quote && byte != ASCII.backslash {
                result.append(byte)
            } else {
                result.append(ASCII.backslash)
                result += Hexadecimal.text(byte).uppercased().utf8
            }
        }
        return result
    }

    /// The bytes before they were escaped; nil if an escape is not one of these.
    static func read(_ text: Octets) -> [UInt8]? {
        BackslashEscape.read(text, BackslashEscape.hexadecimal)
    }
}
