/// A run of bytes of a stream: a slice of the image it was read from, or of an array made for writing.
public typealias Octets = ArraySlice<UInt8>

extension ArraySlice where Element == UInt8 {
    /// Whether the bytes are what the archive keeps as text: valid UTF-8 without a NUL.
    public var isText: Bool {
        var ascii = true
        for byte in self {
            if byte == 0 { return false }
            if byte >= 0x80 { ascii = false }
        }
        return ascii || String(validating: self, as: UTF8.self) != nil
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

/// `count` rounded up to a multiple of 8, the alignment of every record; nil where the sum overflows.
func paddedLength(_ count: Int) -> Int? {
    let (sum, overflow) = count.addingReportingOverflow(7)
    return overflow ? nil : sum & ~7
}
