/// Finds which records of an image stand unchanged and in the same order in the one before it.
enum SequenceMatch {
    /// A sequence of byte ranges in one buffer.
    struct Frames {
        let bytes: [UInt8]
        /// Where each frame starts; one more for the end of the last.
        let starts: [Int]

        var count: Int {
            starts.count - 1
        }

        subscript(index: Int) -> Range<Int> {
            starts[index]..<starts[index + 1]
        }
    }

    /// For each frame of `new` the index of its like in `old`, or -1; the indices rise.
    ///
    /// Equal frames are paired in the order in which they come, then the longest rising run of pairs is kept.
    static func match(old: Frames, new: Frames) -> [Int] {
        var first: [Int: Int] = [:]
        first.reserveCapacity(old.count)
        // Of the frames with one hash, each names the next one.
        var following = Array(repeating: -1, count: old.count)
        for index in stride(from: old.count - 1, through: 0, by: -1) {
            let hash = hash(old.bytes, old[index])
            if let next = first[hash] { following[index] = next }
            first[hash] = index
        }
        var pairs = Array(repeating: -1, count: new.count)
        for index in 0..<new.count {
            let hash = hash(new.bytes, new[index])
            guard let candidate = first[hash], equal(old.bytes, old[candidate], new.bytes, new[index]) else { continue }
            pairs[index] = candidate
            first[hash] = following[candidate] >= 0 ? following[candidate] : nil
        }
        return longestRisingRun(pairs)
    }

    /// Keeps the longest rising subsequence of the entries that are not -1, and sets the others to -1.
    static func longestRisingRun(_ values: [Int]) -> [Int] {
        // tails[n]: the position of the least last value of a rising run of n + 1 entries.
        var tails: [Int] = []
        var previous = Array(repeating: -1, count: values.count)
        for (position, value) in values.enumerated() where value >= 0 {
            var low = 0
            var high = tails.count
            if let last = tails.last, values[last] < value {
                low = high
            }
            while low < high {
                let middle = (low + high) / 2
                if values[tails[middle]] < value { low = middle + 1 } else { high = middle }
            }
            if low > 0 { previous[position] = tails[low - 1] }
            if low == tails.count { tails.append(position) } else { tails[low] = position }
        }
        var kept = Array(repeating: -1, count: values.count)
        var position = tails.last ?? -1
        while position >= 0 {
            kept[position] = values[position]
            position = previous[position]
        }
        return kept
    }

    /// Seeded anew in every process, so that nobody can prepare an image whose records collide.
    private static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0[range])) }
        return hasher.finalize()
    }

    private static func equal(_ left: [UInt8], _ leftRange: Range<Int>, _ right: [UInt8], _ rightRange: Range<Int>) -> Bool {
        left[leftRange] == right[rightRange]
    }
}
