/// A hash of runs of bytes under a key that is new for every table, so that no one can prepare runs
/// that collide.
package struct RunHash: Sendable {
    private let seed = UInt64.random(in: .min ... .max) | 1

    package init() {}

    /// Multiplies eight bytes at a time into the sum and uses both halves of the product. The last
    /// eight may overlap the ones before: that takes no loop for the rest.
    package func callAsFunction(_ run: UnsafeRawBufferPointer) -> UInt32 {
        let sum = wide(run)
        return UInt32(truncatingIfNeeded: sum ^ sum >> 32)
    }

    /// The same with twice as many bits: among a million runs, two that differ hardly ever have the
    /// same.
    @inline(__always)
    package func wide(_ run: UnsafeRawBufferPointer) -> UInt64 {
        var sum = seed &+ UInt64(truncatingIfNeeded: run.count)
        var last: UInt64 = 0
        if run.count >= 8 {
            let end = run.count - 8
            var offset = 0
            while offset < end {
                sum = mix(sum ^ run.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            last = run.loadUnaligned(fromByteOffset: end, as: UInt64.self)
        } else {
            for byte in run { last = last << 8 | UInt64(byte) }
        }
        return mix(sum ^ last)
    }

    private func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ seed)
        return product.high ^ product.low
    }
}
