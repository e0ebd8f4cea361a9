extension ArraySlice where Element == UInt8 {
    /// Whether the bytes are what the archive keeps as text: valid UTF-8 without a NUL.
    public var isText: Bool {
        withUnsafeBytes(\.isText)
    }

    /// Like `==`, eight bytes at a time.
    package func hasSameBytes(as other: Octets) -> Bool {
        guard count == other.count else { return false }
        return withUnsafeBytes { left in other.withUnsafeBytes { left.hasSameBytes(as: $0) } }
    }

    /// The bytes as a string where they are valid UTF-8, NULs included; nil otherwise.
    public var utf8Text: String? {
        String(validating: self, as: UTF8.self)
    }

    /// Whether every byte is zero, as the format asks of padding.
    public var isZero: Bool {
        allSatisfy { $0 == 0 }
    }
}
