import TestSupport
import Testing

@testable import XenstoreArchive

@Suite struct OrderKeyTests {
    @Test func keysOfAFirstImageRiseWithRoomBetween() {
        let keys = OrderKeys.standard.initial(count: 1000)
        #expect(keys.count == 1000)
        #expect(zip(keys, keys.dropFirst()).allSatisfy { $1 - $0 > 1_000_000 })
    }

    @Test func millionsOfRecordsStillFit() {
        let keys = OrderKeys.standard
        let count = 5_000_000
        #expect(keys.gap(for: count) * Int64(count) <= keys.limit)
        #expect(keys.gap(for: count) > 400)
    }

    @Test func keptRecordsKeepTheirKeys() throws {
        let old = OrderKeys.standard.initial(count: 5)
        let keys = try #require(OrderKeys.standard.keys(old: old, matches: [0, -1, 2, 3, -1]))
        #expect(keys[0] == old[0] && keys[2] == old[2] && keys[3] == old[3])
    }

    @Test func aPlaceWithoutRoomAsksForRenumbering() {
        #expect(OrderKeys(limit: 10).keys(old: [1, 2], matches: [0, -1, 1]) == nil)
    }

    @Test func keysAlwaysRiseAndKeptOnesStay() throws {
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            let limit = Int64(10 + random.below(1000))
            let oldCount = random.below(20)
            let old = Array(Set((0..<oldCount).map { _ in Int64(1 + random.below(Int(limit) - 1)) })).sorted()
            var matches: [Int] = []
            for index in old.indices {
                for _ in 0..<random.below(3) { matches.append(-1) }
                if random.chance(70) { matches.append(index) }
            }
            guard let keys = OrderKeys(limit: limit).keys(old: old, matches: matches) else { continue }
            #expect(keys.count == matches.count, "seed \(seed)")
            #expect(zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
            for (key, match) in zip(keys, matches) where match >= 0 { #expect(key == old[match], "seed \(seed)") }
            #expect(keys.allSatisfy { $0 > 0 }, "seed \(seed)")
        }
    }
}
