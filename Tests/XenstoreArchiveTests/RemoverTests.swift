import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// A removal erases the image, and leaves the others unchanged.
@Suite struct RemoverTests {
    private func remove(_ fixture: ArchiveFixture, _ id: Int64) throws {
        try Remover(fixture.archive).remove([fixture.archive.image(id: id)])
    }

    /// Any order of imports and removals leaves exactly the remaining images, an intact archive,
    /// and chains that the next image can follow.
    @Test(arguments: 0..<12) func anyOrderOfImportsAndRemovalsLeavesTheOthersAsTheyWere(round: Int) throws {
        let seed = UInt64(4711 + round)
        var random = SeededGenerator(seed: seed)
        let fixture = try ArchiveFixture()
        var generator = StreamGenerator(
            seed: seed, format: StreamFormat(layout: round % 3 == 0 ? .v2 : .v1), oddity: round % 4 == 0 ? 10 : 0)
        var bodies = generator.bodies(connections: 4, nodes: 60)
        var present: [Int64: [UInt8]] = [:]
        for step in 0..<14 {
            if !present.isEmpty && random.chance(45) {
                let id = try #require(present.keys.sorted().randomElement(using: &random))
                try remove(fixture, id)
                present[id] = nil
            } else {
                // Most records stay; some go, move or come.
                for _ in 0..<6 { bodies.remove(at: 6 + random.below(bodies.count - 6)) }
                if random.chance(30) {
                    bodies.swapAt(8 + random.below(bodies.count - 8), 8 + random.below(bodies.count - 8))
                }
                bodies += generator.bodies(connections: 1, nodes: 6).suffix(6)
                if random.chance(15) { bodies[8...].shuffle(using: &random) }
                let bytes =
                    try random.chance(20) ? present.values.first ?? generator.encode(bodies) : generator.encode(bodies)
                let outcome = try fixture.store(bytes, "image \(step)")
                #expect(present[outcome.imageID] == nil, "seed \(seed): an id came twice")
                present[outcome.imageID] = bytes
            }
            #expect(try fixture.archive.images().map(\.imageID) == present.keys.sorted(), "seed \(seed), step \(step)")
        }
        for (id, bytes) in present { #expect(try fixture.bytes(ofImage: id) == bytes, "seed \(seed), image \(id)") }
        #expect(try fixture.problems() == [], "seed \(seed)")
        // Every remaining row is used by an image.
        for (table, id, users) in [
            ("path", "path_id", ["node_span", "watch_span", "watch_extended_span"]),
            ("permset", "permset_id", ["node_span"]),
            ("node_detail", "detail_id", ["node_span"]),
            ("quotaset", "quotaset_id", ["global_quota_span", "domain_span"]),
        ] {
            let used = users.map { "SELECT \(id) FROM \($0) WHERE \(id) IS NOT NULL" }.joined(separator: " UNION ")
            #expect(
                try fixture.count("SELECT count(*) FROM \(table) WHERE \(id) NOT IN (\(used))") == 0,
                "seed \(seed): \(table)")
        }
    }

    @Test func anArchiveWithoutImagesIsAsSmallAsANewOne() throws {
        let fixture = try ArchiveFixture()
        for name in Fixtures.cleanNames { try fixture.store(Fixtures.bytes(name), name) }
        try Remover(fixture.archive).remove(fixture.archive.images())
        for table in SpanTable.names + [
            "path", "permset", "permset_entry", "quotaset", "quotaset_entry", "residue", "node_detail", "node_change",
            "chain", "stream", "image", "finding",
        ] {
            #expect(try fixture.count("SELECT count(*) FROM \(table)") == 0, "\(table)")
        }
        #expect(try fixture.problems() == [])
        #expect(try fixture.count("SELECT count(*) FROM custody") == Int64(2 * Fixtures.cleanNames.count))
    }

    @Test func theNextImageFollowsTheLastThatIsLeft() throws {
        let fixture = try ArchiveFixture()
        for number in 1...3 { try fixture.store(Fixtures.bytes("xen-4.17-seq-\(number).bin"), "\(number)") }
        try remove(fixture, 3)
        try remove(fixture, 2)
        #expect(try fixture.store(Fixtures.bytes("xen-4.17-seq-3.bin"), "again").imageID == 4)
        #expect(try fixture.count("SELECT count(*) FROM chain") == 1)
        #expect(try fixture.count("SELECT max(gen) FROM stream") == 2)
        #expect(try fixture.bytes(ofImage: 4) == Fixtures.bytes("xen-4.17-seq-3.bin"))
        #expect(try fixture.problems() == [])
    }

    /// The removal of an image must not hide that its neighbour in the chain is damaged.
    @Test func aDamagedNeighbourEndsTheRemoval() throws {
        let fixture = try ArchiveFixture()
        for number in 1...2 { try fixture.store(Fixtures.bytes("xen-4.17-seq-\(number).bin"), "\(number)") }
        try fixture.archive.database.execute("UPDATE node_span SET value = 'evil' WHERE last_gen = 1")
        let error = #expect(throws: ArchiveError.self) { try remove(fixture, 2) }
        #expect(error?.code == .damaged)
        #expect(try fixture.archive.images().count == 2)
        #expect(Files.list(fixture.folder.path) == ["test.db"])
    }
}
