/// Different runs of bytes, each with a number from 0 on, in the order in which they came.
///
/// Unlike a path table it keeps the bytes itself, so that they may come from anywhere.
package struct ByteTable: Sendable {
    private var bytes: [UInt8] = []
    /// Where each run ends in `bytes`, and its hash.
    private var ends: [Int] = []
    private var hashes: [UInt32] = []
    /// The number of a run plus 1; 0: free. The number of slots is a power of 2.
    private var slots: [Int32]
    private let hash = RunHash()

    package init() {
        slots = Array(repeating: 0, count: 1 << 12)
    }

    /// The number of runs.
    package var count: Int {
        ends.count
    }

    /// The range of a run in the table's own bytes.
    private func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : ends[index - 1])..<ends[index]
    }

    /// The bytes of a run.
    package subscript(index: Int32) -> Octets {
        bytes[range(Int(index))]
    }

    /// Calls `body` with the bytes of a run, without a copy.
    package func withBytes<Result>(
        _ index: Int32, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range(Int(index))])) }
    }

    /// The number of a run; nil if it is not there.
    package func find(_ run: some Sequence<UInt8>) -> Int32? {
        let entry = Array(run).withUnsafeBytes { slots[slot(of: $0, hash($0))] }
        return entry == 0 ? nil : entry - 1
    }

    /// The number of a run, which is added if it is new.
    package mutating func index(of run: UnsafeRawBufferPointer) -> Int32 {
        if 4 * (count + 1) > 3 * slots.count { grow() }
        let hash = self.hash(run)
        let slot = slot(of: run, hash)
        if slots[slot] != 0 { return slots[slot] - 1 }
        bytes.append(contentsOf: run)
        ends.append(bytes.count)
        hashes.append(hash)
        slots[slot] = Int32(truncatingIfNeeded: count)
        return Int32(truncatingIfNeeded: count - 1)
    }

    /// The number of a run, which is added if it is new.
    package mutating func index(of run: some Sequence<UInt8>) -> Int32 {
        Array(run).withUnsafeBytes { index(of: $0) }
    }

    /// The slot that the run has, or would get.
    private func slot(of run: UnsafeRawBufferPointer, _ hash: UInt32) -> Int {
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != 0 {
            let entry = Int(slots[slot]) - 1
            if hashes[entry] == hash && isEqual(run, entry) { break }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private func isEqual(_ run: UnsafeRawBufferPointer, _ entry: Int) -> Bool {
        let range = range(entry)
        guard range.count == run.count else { return false }
        return bytes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[range]).hasSameBytes(as: run) }
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: 2 * slots.count)
        let mask = slots.count - 1
        for (entry, hash) in hashes.enumerated() {
            var slot = Int(hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(truncatingIfNeeded: entry + 1)
        }
    }
}
