/// Texts in which a backslash begins an escape, as several tools write them.
enum BackslashEscape {
    /// The bytes before they were escaped; nil if an escape is not one of the tool's.
    /// - Parameter escape: takes what follows a backslash from the text, and returns the byte that
    ///   it means; nil if the tool does not write this.
    static func read(_ text: Octets, _ escape: (inout Octets) -> UInt8?) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            if byte != ASCII.backslash {
                result.append(byte)
            } else if let byte = escape(&rest) {
                result.append(byte)
            } else {
                return nil
            }
        }
        return result
    }

    /// Takes two hexadecimal digits from the text; nil if it does not begin with them.
    static func hexadecimal(_ rest: inout Octets) -> UInt8? {
        guard rest.count >= 2, let byte = Hexadecimal.read(rest.prefix(2))?.first else { return nil }
        rest = rest.dropFirst(2)
        return byte
    }
}
