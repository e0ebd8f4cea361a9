extension UnsafeRawBufferPointer {
    /// Whether oxenstored writes the bytes to its access log as they are.
    var isPlainInLogs: Bool {
        for byte in self where !ASCII.isPrintable(byte) || byte == ASCII.backslash || byte == ASCII.quote {
            return false
        }
        return true
    }
}
