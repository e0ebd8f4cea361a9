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

    /// The bytes as a string, NULs included; nil if they are not valid UTF-8.
    public var utf8Text: String? {
        String(validating: self, as: UTF8.self)
    }

    /// Whether every byte is zero, as the format requires of padding.
    public var isZero: Bool {
        allSatisfy { $0 == 0 }
    }
}
