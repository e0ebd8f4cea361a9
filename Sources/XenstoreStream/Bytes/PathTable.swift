/// The different paths of an image, as a hash table of places in the image's bytes.
///
/// Swift's own set takes four times as long here, an eighth of an import's time, because it hashes
/// for every kind of key.
package struct PathTable {
    /// The index of a path's entry, from 0, in the order in which the paths came.
    package typealias Index = Int

    private let bytes: [UInt8]
    private var starts: [Int] = []
    private var counts: [UInt32] = []
    private var hashes: [UInt32] = []
    /// Each taken slot has the index of an entry plus 1 in its low bits, and in the others the
    /// highest bits of the entry's hash, so that a slot with another path is skipped without a look
    /// elsewhere; 0: free. The number of slots is a power of 2, and at most three quarters of them
    /// are taken.
    private var slots: [UInt32]
    /// New for every image, so that no one can prepare an image whose paths collide.
    private let seed = UInt64.random(in: .min ... .max) | 1

    /// - Parameter bytes: the image, of which every path is a slice.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
        // In a host's image, a node takes about 80 bytes, so the table of one does not grow.
        var count = 1 << 10
        while count / 4 * 3 < bytes.count / 72 { count *= 2 }
        slots = Array(repeating: 0, count: count)
        starts.reserveCapacity(count / 4 * 3)
        counts.reserveCapacity(count / 4 * 3)
        hashes.reserveCapacity(count / 4 * 3)
    }

    /// The number of paths.
    package var count: Int {
        starts.count
    }

    /// The range of an entry's path in the image.
    package func range(_ index: Index) -> Range<Int> {
        starts[index]..<starts[index] + Int(counts[index])
    }

    /// The entry of a path. A new path is added.
    package mutating func insert(_ path: Octets) -> (index: Index, isNew: Bool) {
        if 4 * (count + 1) > 3 * slots.count { grow() }
        let hash = hash(path)
        let slot = slot(of: path, hash)
        if slots[slot] != 0 { return (entry(slots[slot]), false) }
        starts.append(path.startIndex)
        counts.append(UInt32(truncatingIfNeeded: path.count))
        hashes.append(hash)
        slots[slot] = taken(by: count - 1, hash)
        return (count - 1, true)
    }

    /// The entry of a path; nil if the path is not there.
    package func index(of path: Octets) -> Index? {
        let slot = slots[slot(of: path, hash(path))]
        return slot == 0 ? nil : entry(slot)
    }

    /// The bits of a slot that hold the index. The same bits of a hash select its slot, so a slot
    /// does without them.
    private var indexBits: UInt32 {
        UInt32(truncatingIfNeeded: slots.count - 1)
    }

    /// The content of an entry's slot.
    private func taken(by entry: Int, _ hash: UInt32) -> UInt32 {
        hash & ~indexBits | UInt32(truncatingIfNeeded: entry + 1)
    }

    /// The index of the entry that a taken slot names.
    private func entry(_ slot: UInt32) -> Int {
        Int(slot & indexBits) - 1
    }

    /// The slot that the path has, or would get.
    private func slot(of path: Octets, _ hash: UInt32) -> Int {
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != 0 {
            if (slots[slot] ^ hash) & ~indexBits == 0 && isEqual(path, entry(slots[slot])) { return slot }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private func isEqual(_ path: Octets, _ entry: Int) -> Bool {
        let count = Int(counts[entry])
        guard path.count == count else { return false }
        return bytes[starts[entry]..<starts[entry] + count].hasSameBytes(as: path)
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: 2 * slots.count)
        let mask = slots.count - 1
        for (entry, hash) in hashes.enumerated() {
            var slot = Int(hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = taken(by: entry, hash)
        }
    }

    /// Multiplies eight bytes at a time into the sum and uses both halves of the product.
    private func hash(_ path: Octets) -> UInt32 {
        path.withUnsafeBytes { bytes in
            var sum = seed &+ UInt64(truncatingIfNeeded: bytes.count)
            var offset = 0
            while offset + 8 <= bytes.count {
                sum = mix(sum ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var last: UInt64 = 0
            while offset < bytes.count {
                last = last << 8 | UInt64(bytes[offset])
                offset += 1
            }
            sum = mix(sum ^ last)
            return UInt32(truncatingIfNeeded: sum ^ sum >> 32)
        }
    }

    private func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15 ^ seed)
        return product.high ^ product.low
    }
}
