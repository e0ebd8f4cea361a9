extension [UInt8] {
    /// Whether exactly these bytes are at `offset`.
    package func hasBytes(_ bytes: Slice<UnsafeRawBufferPointer>, at offset: Int) -> Bool {
        guard offset >= 0, offset <= count - bytes.count else { return false }
        return withUnsafeBytes {
            UnsafeRawBufferPointer(rebasing: $0[offset..<offset + bytes.count]).hasSameBytes(
                as: UnsafeRawBufferPointer(rebasing: bytes))
        }
    }
}
