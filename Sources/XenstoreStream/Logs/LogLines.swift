/// Reads lines and decimal digits from the bytes of a log.
struct LogLines {
    let bytes: UnsafeRawBufferPointer

    /// Where the next newline is, or the end of the bytes; looks at eight bytes at a time.
    func end(from start: Int) -> Int {
        var offset = start
        let newlines = UInt64(0x0A0A_0A0A_0A0A_0A0A)
        let (ones, tops) = (UInt64(0x0101_0101_0101_0101), UInt64(0x8080_8080_8080_8080))
        while offset + 8 <= bytes.count {
            let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ newlines
            let zeros = (word &- ones) & ~word & tops
            if zeros != 0 { return offset + UInt64(littleEndian: zeros).trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < bytes.count && bytes[offset] != ASCII.newline { offset += 1 }
        return offset
    }

    /// The line that begins at an offset, without what ends it, and where the next one begins.
    func line(at start: Int) -> (content: Range<Int>, next: Int) {
        let end = end(from: start)
        let isReturned = end > start && end < bytes.count && bytes[end - 1] == ASCII.carriageReturn
        return (start..<(isReturned ? end - 1 : end), min(end + 1, bytes.count))
    }

    /// Whether the bytes from an offset on are these, within a range.
    func has(_ word: [UInt8], at offset: Int, in range: Range<Int>) -> Bool {
        guard offset >= range.lowerBound, word.count <= range.upperBound - offset else { return false }
        return word.withUnsafeBytes {
            UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + word.count]).hasSameBytes(as: $0)
        }
    }

    /// The number that so many digits at an offset are; nil if they are no digits.
    func digits(_ count: Int, at offset: Int) -> Int? {
        guard offset + count <= bytes.count else { return nil }
        var number = 0
        for index in offset..<offset + count {
            guard ASCII.isDigit(bytes[index]) else { return nil }
            number = number * 10 + Int(bytes[index] - ASCII.zero)
        }
        return number
    }

    /// The number that all of a range is, of at most ten digits; nil if it is none.
    func number(_ range: Range<Int>) -> Int? {
        range.isEmpty || range.count > 10 ? nil : digits(range.count, at: range.lowerBound)
    }

    /// The first place of a byte in a range.
    func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
        var offset = range.lowerBound
        while offset < range.upperBound {
            if bytes[offset] == byte { return offset }
            offset += 1
        }
        return nil
    }
}
