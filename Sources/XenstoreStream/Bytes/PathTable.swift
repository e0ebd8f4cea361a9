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
    /// For each slot a byte: 0 if the slot is free, otherwise some bits of its path's hash. The
    /// number of slots is a power of 2, and at most three quarters of them are taken.
    ///
    /// A new path, which most are, reads only this: it stays in the processor's cache, which the
    /// entries of a large image do not.
    private var tags: [UInt8]
    /// For each slot that is taken, its entry.
    private var entries: [UInt32]
    private let hash = RunHash()

    /// - Parameter bytes: the image, of which every path is a slice.
    package init(bytes: [UInt8]) {
        self.bytes = bytes
        // In a host's image, a node takes about 80 bytes, so the table of one does not grow.
        var count = 1 << 10
        while count / 4 * 3 < bytes.count / 80 { count *= 2 }
        tags = Array(repeating: 0, count: count)
        entries = Array(repeating: 0, count: count)
        starts.reserveCapacity(count / 4 * 3)
        counts.reserveCapacity(count / 4 * 3)
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
        insert(path.indices)
    }

    /// The entry of the path at a place in the image, which makes no slice and so counts no
    /// reference. A new path is added.
    package mutating func insert(_ path: Range<Int>) -> (index: Index, isNew: Bool) {
        if 4 * (count + 1) > 3 * tags.count { grow() }
        let (hash, slot): (UInt32, Int) = bytes.withUnsafeBytes { bytes in
            let path = UnsafeRawBufferPointer(rebasing: bytes[path])
            let hash = self.hash(path)
            return (hash, self.slot(of: path, hash, in: bytes))
        }
        if tags[slot] != 0 { return (Int(entries[slot]), false) }
        tags[slot] = Self.tag(hash)
        entries[slot] = UInt32(truncatingIfNeeded: count)
        starts.append(path.lowerBound)
        counts.append(UInt32(truncatingIfNeeded: path.count))
        return (count - 1, true)
    }

    /// The entry of a path; nil if the path is not there.
    package func index(of path: Octets) -> Index? {
        let slot = path.withUnsafeBytes { path in
            bytes.withUnsafeBytes { self.slot(of: path, hash(path), in: $0) }
        }
        return tags[slot] == 0 ? nil : Int(entries[slot])
    }

    /// The highest bits of a hash, as its lowest select the slot; never 0.
    private static func tag(_ hash: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: hash >> 24) | 1
    }

    /// The slot that the path has, or would get.
    private func slot(of path: UnsafeRawBufferPointer, _ hash: UInt32, in bytes: UnsafeRawBufferPointer) -> Int {
        let mask = tags.count - 1
        let tag = Self.tag(hash)
        var slot = Int(hash) & mask
        while tags[slot] != 0 {
            if tags[slot] == tag && isEqual(path, Int(entries[slot]), in: bytes) { return slot }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private func isEqual(_ path: UnsafeRawBufferPointer, _ entry: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        UnsafeRawBufferPointer(rebasing: bytes[range(entry)]).hasSameBytes(as: path)
    }

    private mutating func grow() {
        let mask = 2 * tags.count - 1
        tags = Array(repeating: 0, count: mask + 1)
        entries = Array(repeating: 0, count: mask + 1)
        for entry in starts.indices {
            let hash = bytes.withUnsafeBytes { self.hash(UnsafeRawBufferPointer(rebasing: $0[range(entry)])) }
            var slot = Int(hash) & mask
            while tags[slot] != 0 { slot = (slot + 1) & mask }
            tags[slot] = Self.tag(hash)
            entries[slot] = UInt32(truncatingIfNeeded: entry)
        }
    }
}
