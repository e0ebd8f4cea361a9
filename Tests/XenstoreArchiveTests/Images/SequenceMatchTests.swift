import TestSupport
import Testing

@testable import XenstoreArchive

@Suite struct SequenceMatchTests {
    /// One frame for each byte.
    private func frames(_ text: String) -> SequenceMatch.Frames {
        let bytes = Array(text.utf8)
        return SequenceMatch.Frames(bytes: bytes, starts: Array(0...bytes.count))
    }

    /// The frames that are kept in place.
    private func match(old: SequenceMatch.Frames, new: SequenceMatch.Frames) -> [Int] {
        SequenceMatch.longestRisingRun(SequenceMatch.pairs(old: old, new: new))
    }

    @Test func equalSequencesMatchEntirely() {
        #expect(match(old: frames("abc"), new: frames("abc")) == [0, 1, 2])
    }

    @Test func whatCameOrChangedIsNew() {
        #expect(match(old: frames("abc"), new: frames("xaxc")) == [-1, 0, -1, 2])
    }

    @Test func equalFramesPairInTheirOrder() {
        #expect(match(old: frames("aab"), new: frames("aaab")) == [0, 1, -1, 2])
    }

    @Test func nothingMatchesNothing() {
        #expect(match(old: frames(""), new: frames("ab")) == [-1, -1])
        #expect(match(old: frames("ab"), new: frames("")) == [])
    }

    @Test func matchesRiseAndNameEqualFrames() {
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            func word() -> String { String((0..<random.below(12)).map { _ in Array("abcd")[random.below(4)] }) }
            let (old, new) = (frames(word()), frames(word()))
            let matches = match(old: old, new: new)
            let kept = matches.filter { $0 >= 0 }
            #expect(zip(kept, kept.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
            for (index, match) in matches.enumerated() where match >= 0 {
                #expect(old.bytes[match] == new.bytes[index], "seed \(seed)")
            }
        }
    }

    @Test func everyFrameOfAnotherOrderHasItsLike() {
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            let old = (0..<random.below(40)).map { _ in Array("abcdefgh")[random.below(8)] }
            let (left, right) = (frames(String(old)), frames(String(old.shuffled(using: &random))))
            let pairs = SequenceMatch.pairs(old: left, new: right)
            #expect(pairs.sorted() == Array(0..<old.count), "seed \(seed)")
            for (index, pair) in pairs.enumerated() { #expect(left.bytes[pair] == right.bytes[index], "seed \(seed)") }
        }
    }

    /// The longest rising run by trying every subset.
    private func longest(_ values: [Int]) -> Int {
        var best = 0
        for mask in 0..<(1 << values.count) {
            let chosen = values.indices.filter { mask >> $0 & 1 == 1 }.map { values[$0] }
            if chosen.allSatisfy({ $0 >= 0 }) && zip(chosen, chosen.dropFirst()).allSatisfy({ $0 < $1 }) {
                best = max(best, chosen.count)
            }
        }
        return best
    }

    @Test func theLongestRisingRunIsKept() {
        for seed in UInt64(0)..<100 {
            var random = SeededGenerator(seed: seed)
            let values = (0..<8).map { _ in random.below(10) - 1 }
            #expect(
                SequenceMatch.longestRisingRun(values).count { $0 >= 0 } == longest(values), "seed \(seed): \(values)")
        }
    }
}
