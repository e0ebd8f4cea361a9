/// Different pairs of numbers, each with a number from 0 on, in the order in which they came.
///
/// The nodes of a tree are such pairs: the parent, and the number of the name. A dictionary takes
/// four times the memory.
package struct PairTable: Sendable {
    /// The parts of each pair.
    package private(set) var firsts: [Int32] = []
    package private(set) var seconds: [Int32] = []
    /// The number of a pair plus 1; 0: free. The number of slots is a power of 2.
    private var slots: [Int32]
    private let seed = UInt64.random(in: .min ... .max) | 1

    /// - Parameter capacity: the number of pairs for which memory is reserved.
    package init(capacity: Int) {
        var slotCount = 1 << 8
        while slotCount / 4 * 3 < capacity { slotCount *= 2 }
        slots = Array(repeating: 0, count: slotCount)
        firsts.reserveCapacity(capacity)
        seconds.reserveCapacity(capacity)
    }

    /// The number of pairs.
    package var count: Int {
        firsts.count
    }

    /// The number of a pair; nil if it is not there.
    package func find(_ first: Int32, _ second: Int32) -> Int32? {
        let entry = slots[slot(first, second)]
        return entry == 0 ? nil : entry - 1
    }

    /// The number of a pair, which is added if it is new.
    package mutating func index(of first: Int32, _ second: Int32) -> Int32 {
        if 4 * (count + 1) > 3 * slots.count { grow() }
        let slot = slot(first, second)
        if slots[slot] != 0 { return slots[slot] - 1 }
        firsts.append(first)
        seconds.append(second)
        slots[slot] = Int32(truncatingIfNeeded: count)
        return slots[slot] - 1
    }

    /// The slot that the pair has, or would get.
    private func slot(_ first: Int32, _ second: Int32) -> Int {
        let pair = UInt64(UInt32(bitPattern: first)) << 32 | UInt64(UInt32(bitPattern: second))
        let product = (pair ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ seed)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: product.high ^ product.low) & mask
        while slots[slot] != 0 {
            let entry = Int(slots[slot]) - 1
            if firsts[entry] == first && seconds[entry] == second { break }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: 2 * slots.count)
        for entry in firsts.indices {
            slots[slot(firsts[entry], seconds[entry])] = Int32(truncatingIfNeeded: entry + 1)
        }
    }
}
