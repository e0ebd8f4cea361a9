#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A comparison of two sequences of frames.
struct SequenceComparison {
    let old: SequenceMatch.Frames
    let new: SequenceMatch.Frames
    let oldBytes: UnsafeRawBufferPointer
    let newBytes: UnsafeRawBufferPointer

    private func equal(_ oldIndex: Int, _ newIndex: Int) -> Bool {
        let (left, right) = (old[oldIndex], new[newIndex])
        guard left.count == right.count else { return false }
        guard let start = oldBytes.baseAddress, let other = newBytes.baseAddress else { return true }
        return memcmp(start + left.lowerBound, other + right.lowerBound, left.count) == 0
    }

    /// How many frames ahead to look for the place where the sequences are in step again.
    private static let reach = 1024

    /// Pairs frames in one pass through both sequences: this pairs most of two successive images.
    func pairInStep(_ pairs: inout [Int], _ isPaired: inout [Bool]) {
        var (oldIndex, newIndex) = (0, 0)
        while oldIndex < old.count && newIndex < new.count {
            if equal(oldIndex, newIndex) {
                pairs[newIndex] = oldIndex
                isPaired[oldIndex] = true
                oldIndex += 1
                newIndex += 1
            } else {
                guard let step = nextStep(oldIndex, newIndex) else { return }
                oldIndex += step.old
                newIndex += step.new
            }
        }
    }

    /// How many frames of each sequence to skip here, as they changed, came or went; nil if the
    /// sequences do not come in step again.
    private func nextStep(_ oldIndex: Int, _ newIndex: Int) -> (old: Int, new: Int)? {
        for distance in 1...Self.reach {
            let (oldNext, newNext) = (oldIndex + distance, newIndex + distance)
            if oldNext < old.count && newNext < new.count && equal(oldNext, newNext) { return (distance, distance) }
            if oldNext < old.count && equal(oldNext, newIndex) { return (distance, 0) }
            if newNext < new.count && equal(oldIndex, newNext) { return (0, distance) }
            if oldNext >= old.count && newNext >= new.count { return nil }
        }
        return nil
    }

    /// Pairs the remaining frames by content; frames with equal bytes in their order.
    func pairTheRest(_ pairs: inout [Int], _ isPaired: inout [Bool]) {
        let left = old.count - isPaired.count { $0 }
        guard left > 0 && pairs.contains(-1) else { return }
        var first: [Int: Int] = [:]
        first.reserveCapacity(left)
        // For each frame, the next one with the same hash.
        var following: [Int: Int] = [:]
        for index in stride(from: old.count - 1, through: 0, by: -1) where !isPaired[index] {
            let hash = hash(oldBytes, old[index])
            if let next = first[hash] { following[index] = next }
            first[hash] = index
        }
        for index in 0..<new.count where pairs[index] < 0 {
            let hash = hash(newBytes, new[index])
            guard let candidate = first[hash], equal(candidate, index) else { continue }
            pairs[index] = candidate
            isPaired[candidate] = true
            first[hash] = following[candidate]
        }
    }

    /// The seed differs in every process, so that no one can prepare an image whose records
    /// collide.
    private func hash(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]))
        return hasher.finalize()
    }
}
