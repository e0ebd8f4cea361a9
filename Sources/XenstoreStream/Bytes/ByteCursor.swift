/// A position in a buffer. Numbers and runs of bytes are read from it, never past the buffer's end.
struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    let order: ByteOrder
    /// Bytes from the start of the buffer.
    var offset = 0

    /// The next number; nil if too few bytes are left.
    @inline(__always)
    mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
        guard Number.bitWidth / 8 <= bytes.count - offset else { return nil }
        defer { offset += Number.bitWidth / 8 }
        return order.integer(type, at: offset, of: bytes)
    }

    /// The range of the next `count` bytes; nil if fewer are left.
    @inline(__always)
    mutating func take(_ count: Int) -> Range<Int>? {
        guard count >= 0, count <= bytes.count - offset else { return nil }
        defer { offset += count }
        return offset..<offset + count
    }

    /// Skips `count` bytes.
    /// - Returns: whether that many are left and all are zero.
    @inline(__always)
    mutating func takeZeros(_ count: Int) -> Bool {
        guard let range = take(count) else { return false }
        for index in range where bytes[index] != 0 { return false }
        return true
    }
}
