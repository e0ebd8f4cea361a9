import TestSupport
import Testing
import XenstoreStream

@Suite struct PairTableTests {
    @Test func everyPairHasTheNumberThatItGotFirst() {
        var random = SeededGenerator(seed: 7)
        var table = PairTable(capacity: 4)
        var known: [[Int32]: Int32] = [:]
        for _ in 0..<20_000 {
            let pair = [Int32(random.below(300)) - 1, Int32(random.below(300))]
            #expect(table.find(pair[0], pair[1]) == known[pair])
            let expected = known[pair] ?? Int32(known.count)
            #expect(table.index(of: pair[0], pair[1]) == expected)
            known[pair] = expected
        }
        #expect(table.count == known.count)
        for (pair, number) in known {
            #expect([table.firsts[Int(number)], table.seconds[Int(number)]] == pair)
        }
    }
}
