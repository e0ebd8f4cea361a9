import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// Images with the records of the one before in another order.
@Suite struct ItemOrderTests {
    @Test func anyOrderComesOutAsItWentIn() {
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            let places = Array(0..<random.below(500)).shuffled(using: &random)
            #expect(ItemOrder.decode(ItemOrder.encode(places), count: places.count) == places, "seed \(seed)")
        }
    }

    @Test func anOrderThatIsNoneIsRefused() {
        let bytes = ItemOrder.encode([2, 0, 1])
        #expect(ItemOrder.decode(bytes, count: 2) == nil)
        #expect(ItemOrder.decode(bytes, count: 4) == nil)
        #expect(ItemOrder.decode(bytes.dropLast(), count: 3) == nil)
        #expect(ItemOrder.decode([0x80], count: 1) == nil)
        #expect(ItemOrder.decode(Array(repeating: 0xFF, count: 20), count: 1) == nil)
        // Place 0 twice: the second difference is -1.
        #expect(ItemOrder.decode([0, 1], count: 2) == nil)
    }

    private func reordered(seed: UInt64, changing: Int) throws -> (old: [UInt8], new: [UInt8]) {
        let format = StreamFormat(layout: .v1)
        var generator = StreamGenerator(seed: seed, format: format)
        var bodies = generator.bodies(connections: 3, nodes: 300)
        let old = try generator.encode(bodies)
        bodies.shuffle(using: &generator.random)
        let perms = [Permission(perm: 0x6E, domid: 0)]
        for index in 0..<changing {
            bodies[generator.random.below(bodies.count)] =
                .node(NodeData(path: TerminatedString("/new-\(index)"), value: [1], perms: perms))
        }
        return (old, try generator.encode(bodies))
    }

    @Test(arguments: UInt64(1)...4) func anotherOrderCostsNoSecondCopy(_ seed: UInt64) throws {
        let fixture = try ArchiveFixture()
        let (old, new) = try reordered(seed: seed, changing: 0)
        try fixture.store(old, "old")
        let before = try fixture.count("SELECT count(*) FROM node_span")
        try fixture.store(new, "new")
        #expect(try fixture.count("SELECT count(*) FROM node_span") == before, "seed \(seed)")
        #expect(try fixture.count("SELECT count(*) FROM chain") == 1)
        #expect(try fixture.count("SELECT reordered FROM images WHERE image_id = 2") == 1)
        let cost = try fixture.count("SELECT length(item_order) FROM stream WHERE stream_id = 2")
        #expect(100 * Int(cost) <= 8 * new.count, "\(cost) of \(new.count) bytes")
        #expect(try fixture.bytes(ofImage: 1) == old && fixture.bytes(ofImage: 2) == new, "seed \(seed)")
        #expect(try fixture.problems() == [])
    }

    /// A reordered image is followed by one in the first order, one in that order again, and one
    /// with other records.
    @Test(arguments: UInt64(1)...4) func aChainGoesOnBehindAnotherOrder(_ seed: UInt64) throws {
        let fixture = try ArchiveFixture()
        let (old, new) = try reordered(seed: seed, changing: 5)
        let images = [old, new, old + [0], new + [0], try reordered(seed: seed, changing: 9).new]
        for (index, bytes) in images.enumerated() { try fixture.store(bytes, "\(index)") }
        for (index, bytes) in images.enumerated() {
            #expect(try fixture.bytes(ofImage: Int64(index + 1)) == bytes, "seed \(seed), image \(index + 1)")
        }
        #expect(try fixture.count("SELECT count(*) FROM chain") == 1)
        #expect(try fixture.problems() == [])
    }

    @Test func verifyFindsAnOrderThatWasTamperedWith() throws {
        let fixture = try ArchiveFixture()
        let (old, new) = try reordered(seed: 1, changing: 0)
        try fixture.store(old, "old")
        try fixture.store(new, "new")
        try fixture.archive.database.execute("UPDATE stream SET item_order = x'00' WHERE stream_id = 2")
        #expect(try fixture.problems().count == 1)
    }
}
