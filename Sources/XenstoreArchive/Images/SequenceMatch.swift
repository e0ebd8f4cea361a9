#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Finds the records of an image that are unchanged from the image before it.
enum SequenceMatch {
    /// A sequence of byte ranges in one buffer.
    struct Frames {
        let bytes: [UInt8]
        private let starts: [Int]
        /// Nil if each frame ends where the next one starts; the last entry of `starts` then ends
        /// the last frame.
        private let items: [EncodedItems.Item]?
        let count: Int

        /// Frames without gaps between them.
        /// - Parameter starts: where each starts; one more for the end of the last.
        init(bytes: [UInt8], starts: [Int]) {
            self.bytes = bytes
            self.starts = starts
            items = nil
            count = starts.count - 1
        }

        /// The items of a stream in the order of their keys.
        init(_ stream: EncodedItems) {
            bytes = stream.bytes
            starts = []
            items = stream.items
            count = stream.items.count
        }

        subscript(index: Int) -> Range<Int> {
            if let items { return items[index].range }
            return starts[index]..<starts[index + 1]
        }
    }

    /// For each frame of `new`, the index of an equal frame in `old`, or -1; each index once, in
    /// any order.
    static func pairs(old: Frames, new: Frames) -> [Int] {
        var pairs = Array(repeating: -1, count: new.count)
        var isPaired = Array(repeating: false, count: old.count)
        old.bytes.withUnsafeBytes { oldBytes in
            new.bytes.withUnsafeBytes { newBytes in
                let comparison = SequenceComparison(old: old, new: new, oldBytes: oldBytes, newBytes: newBytes)
                comparison.pairInStep(&pairs, &isPaired)
                comparison.pairTheRest(&pairs, &isPaired)
            }
        }
        return pairs
    }

    /// For each value the number of smaller ones, with values that are all different.
    static func ranks(_ values: [Int]) -> [Int] {
        var ranks = Array(repeating: 0, count: values.count)
        for (rank, index) in values.indices.sorted(by: { values[$0] < values[$1] }).enumerated() { ranks[index] = rank }
        return ranks
    }

    /// Keeps the longest rising subsequence of the entries that are not -1, and sets the others to
    /// -1.
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
}
