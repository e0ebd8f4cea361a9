extension UnsafeRawBufferPointer {
    /// Whether both contain the same bytes; compares eight at a time.
    @inlinable
    package func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        while offset + 8 <= count {
            let word = loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if word != other.loadUnaligned(fromByteOffset: offset, as: UInt64.self) { return false }
            offset += 8
        }
        while offset < count {
            if self[offset] != other[offset] { return false }
            offset += 1
        }
        return true
    }

    /// Whether the archive stores the bytes as text: they are valid UTF-8 without a NUL.
    package var isText: Bool {
        isASCIIWithoutNUL || (!contains(0) && String(validating: self, as: UTF8.self) != nil)
    }

    /// Checks eight bytes at a time: a bit is set for each that is zero or above 0x7F.
    private var isASCIIWithoutNUL: Bool {
        let (ones, tops) = (UInt64(0x0101_0101_0101_0101), UInt64(0x8080_8080_8080_8080))
        var offset = 0
        while offset + 8 <= count {
            let word = loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            if ((word &- ones) & ~word | word) & tops != 0 { return false }
            offset += 8
        }
        while offset < count {
            if self[offset] == 0 || self[offset] > 0x7F { return false }
            offset += 1
        }
        return true
    }
}
