extension Array where Element == UInt8 {
    /// Makes room for `count` more bytes; the array at least doubles when it grows.
    /// - Returns: false if there is not enough memory.
    mutating func makeRoom(for count: Int) -> Bool {
        let (needed, isTooMuch) = self.count.addingReportingOverflow(count)
        guard !isTooMuch else { return false }
        guard needed > capacity else { return true }
        let doubled = capacity.multipliedReportingOverflow(by: 2)
        // While it grows, the old bytes are there, too.
        for size in [Swift.max(needed, doubled.overflow ? 0 : doubled.partialValue), needed]
        where Memory.isAvailable(size) {
            reserveCapacity(size)
            return true
        }
        return false
    }

    /// Appends up to `count` bytes that `body` writes into uninitialized memory; `body` returns
    /// their number.
    /// - Returns: false if there is not enough memory for them.
    mutating func append(
        addingCapacity count: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) throws -> Int
    ) rethrows -> Bool {
        let added = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = try body(buffer)
        }
        if isEmpty {
            self = added
        } else {
            guard makeRoom(for: added.count) else { return false }
            append(contentsOf: added)
        }
        return true
    }
}
