/// Hashes of runs of bytes: says whether a run may have come before, without keeping the runs.
///
/// A `PathTable` knows it for certain, and takes three times the memory.
struct HashSet {
    /// 0 if a slot is free. Their number is a power of 2, and at most three quarters are taken.
    private var slots: [UInt64]

    /// - Parameter capacity: the number of hashes that will be added.
    init(capacity: Int) {
        var count = 1 << 10
        while count / 4 * 3 < capacity { count *= 2 }
        slots = Array(repeating: 0, count: count)
    }

    /// Adds a hash.
    /// - Returns: false if it is there already.
    mutating func insert(_ hash: UInt64) -> Bool {
        let slot = slot(of: hash)
        if slots[slot] != 0 { return false }
        slots[slot] = Self.entry(hash)
        return true
    }

    func contains(_ hash: UInt64) -> Bool {
        slots[slot(of: hash)] != 0
    }

    private static func entry(_ hash: UInt64) -> UInt64 {
        hash == 0 ? 1 : hash
    }

    /// The slot that the hash has, or would get.
    private func slot(of hash: UInt64) -> Int {
        let (entry, mask) = (Self.entry(hash), slots.count - 1)
        var slot = Int(truncatingIfNeeded: entry) & mask
        while slots[slot] != 0 && slots[slot] != entry { slot = (slot + 1) & mask }
        return slot
    }
}
