extension ArraySlice where Element == UInt8 {
    /// Whether the archive stores the bytes as text: they are valid UTF-8 without a NUL.
    public var isText: Bool {
        withUnsafeBytes(\.isText)
    }

    /// Like `==`, but compares eight bytes at a time.
    package func hasSameBytes(as other: Octets) -> Bool {
        guard count == other.count else { return false }
        return withUnsafeBytes { left in other.withUnsafeBytes { left.hasSameBytes(as: $0) } }
    }

    /// Where a word of at least one byte first occurs; nil if it does not.
    package func firstRange(of word: [UInt8]) -> Range<Int>? {
        guard let first = word.first else { return nil }
        var rest = self
        while let start = rest.firstIndex(of: first), start + word.count <= endIndex {
            if self[start..<start + word.count].elementsEqual(word) { return start..<start + word.count }
            rest = self[(start + 1)...]
        }
        return nil
    }

    /// The bytes as a string, NULs included; nil if they are not valid UTF-8.
    public var utf8Text: String? {
        String(validating: self, as: UTF8.self)
    }

    /// Whether every byte is zero, as the format requires of padding.
    public var isZero: Bool {
        allSatisfy { $0 == 0 }
    }
}
