import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// Successive images share what has not changed.
@Suite struct ChainTests {
    private static let sequence = ["xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin", "xen-4.17-seq-3.bin"]

    @Test func likeImagesShareAChain() throws {
        let fixture = try ArchiveFixture()
        for name in Self.sequence { try fixture.store(Fixtures.bytes(name), name) }
        #expect(try fixture.count("SELECT count(*) FROM chain") == 1)
        #expect(try fixture.count("SELECT max(gen) FROM stream") == 3)
        for (index, name) in Self.sequence.enumerated() {
            #expect(try fixture.bytes(ofImage: Int64(index + 1)) == Fixtures.bytes(name))
        }
    }

    @Test func aSecondImageCostsOnlyWhatChanged() throws {
        let fixture = try ArchiveFixture()
        try fixture.store(Fixtures.bytes(Self.sequence[0]))
        let before = try fixture.count("SELECT count(*) FROM node_span")
        try fixture.store(Fixtures.bytes(Self.sequence[1]))
        // Four nodes changed, and none was added.
        #expect(try fixture.count("SELECT count(*) FROM node_span") == before + 4)
    }

    @Test func imagesThatAreUnlikeBeginAChain() throws {
        let fixture = try ArchiveFixture()
        try fixture.store(Fixtures.bytes("xen-4.17-small.bin"))
        try fixture.store(Fixtures.bytes("xen-4.17-odd.bin"))
        try fixture.store(Fixtures.bytes("xen-4.22-small.bin"))
        #expect(try fixture.count("SELECT count(*) FROM chain") == 3)
    }

    @Test func anInterleavedSeriesFindsItsOwnChain() throws {
        let fixture = try ArchiveFixture()
        let other = Fixtures.bytes("xen-4.17-odd.bin")
        try fixture.store(Fixtures.bytes(Self.sequence[0]), series: "a")
        try fixture.store(other, series: "b")
        try fixture.store(Fixtures.bytes(Self.sequence[1]), series: "a")
        #expect(try fixture.count("SELECT count(*) FROM chain") == 2)
        #expect(try fixture.bytes(ofImage: 3) == Fixtures.bytes(Self.sequence[1]))
    }

    /// Streams with a few changes each: records come, go, change and move.
    private func succession(seed: UInt64, count: Int) throws -> [[UInt8]] {
        let format = StreamFormat(layout: .v1)
        var generator = StreamGenerator(seed: seed, format: format)
        var bodies = generator.bodies(connections: 4, nodes: 30)
        var streams: [[UInt8]] = []
        for round in 0..<count {
            streams.append(try generator.encode(bodies))
            for _ in 0..<4 {
                let place = generator.random.below(bodies.count)
                switch generator.random.below(4) {
                case 0 where bodies.count > 20: bodies.remove(at: place)
                case 1: bodies.swapAt(place, generator.random.below(bodies.count))
                default:
                    let path = TerminatedString(
                        "/round-\(round)/\(streams.count)-\(bodies.count)-\(generator.random.below(1000))")
                    let perms = [Permission(perm: 0x6E, domid: 0)]
                    let node = NodeData(path: path, value: generator.octets(5), perms: perms)
                    bodies.insert(.node(node), at: place)
                }
            }
        }
        return streams
    }

    @Test(arguments: UInt64(1)...6) func longSuccessionsComeOutAsTheyWentIn(_ seed: UInt64) throws {
        let fixture = try ArchiveFixture()
        let streams = try succession(seed: seed, count: 25)
        for (index, bytes) in streams.enumerated() { try fixture.store(bytes, "\(index)") }
        for (index, bytes) in streams.enumerated() {
            #expect(try fixture.bytes(ofImage: Int64(index + 1)) == bytes, "seed \(seed), image \(index + 1)")
        }
        #expect(try fixture.count("SELECT count(*) FROM chain") == 1, "seed \(seed)")
        #expect(try fixture.problems() == [], "seed \(seed)")
    }

    /// Streams that each have one more node than the one before, always at the same place.
    private func growth(seed: UInt64, count: Int) throws -> [[UInt8]] {
        var generator = StreamGenerator(seed: seed, format: StreamFormat(layout: .v1))
        var bodies = generator.bodies(connections: 4, nodes: 30)
        let place = generator.random.below(bodies.count)
        return try (0..<count).map { round in
            let perms = [Permission(perm: 0x6E, domid: 0)]
            bodies.insert(
                .node(NodeData(path: TerminatedString("/round-\(round)"), value: generator.octets(5), perms: perms)),
                at: place)
            return try generator.encode(bodies)
        }
    }

    @Test(arguments: UInt64(1)...6) func renumberingKeepsEveryImage(_ seed: UInt64) throws {
        let fixture = try ArchiveFixture()
        // With so few keys, a place has no room every few images.
        let keys = OrderKeys(limit: 300)
        let streams = try growth(seed: seed, count: 25)
        var renumbered = 0
        var first = Int64(0)
        for (index, bytes) in streams.enumerated() {
            try fixture.store(bytes, "\(index)", keys: keys)
            let now = try fixture.count("SELECT sum(ord) FROM node_span WHERE first_gen = 1 AND chain_id = 1")
            if index > 0 && now != first { renumbered += 1 }
            first = now
        }
        #expect(renumbered > 0, "seed \(seed)")
        #expect(try fixture.count("SELECT count(*) FROM chain") == 1, "seed \(seed)")
        for (index, bytes) in streams.enumerated() {
            #expect(try fixture.bytes(ofImage: Int64(index + 1)) == bytes, "seed \(seed), image \(index + 1)")
        }
        #expect(try fixture.problems() == [], "seed \(seed)")
    }

    /// A chain with too many closed spans ends, so that reading one of its images stays fast.
    @Test func aChainFullOfClosedSpansIsNotContinued() throws {
        let fixture = try ArchiveFixture()
        try fixture.store(Fixtures.bytes(Self.sequence[0]), "a")
        let nodes = try fixture.count("SELECT node_count FROM stream")
        #expect(try fixture.count("SELECT node_span_count FROM chain") == nodes)
        try fixture.archive.database.execute("UPDATE chain SET node_span_count = 9 * \(nodes)")
        try fixture.store(Fixtures.bytes(Self.sequence[1]), "b")
        #expect(try fixture.count("SELECT count(*) FROM chain") == 1)
        try fixture.store(Fixtures.bytes(Self.sequence[2]), "c")
        #expect(try fixture.count("SELECT count(*) FROM chain") == 2)
        for (index, name) in Self.sequence.enumerated() {
            #expect(try fixture.bytes(ofImage: Int64(index + 1)) == Fixtures.bytes(name))
        }
    }

    /// A comparison of two images of a chain uses these rows: they must name exactly the paths
    /// whose nodes differ.
    @Test(arguments: UInt64(1)...6) func theChangesOfAChainAreThoseOfItsImages(_ seed: UInt64) throws {
        let fixture = try ArchiveFixture()
        let streams = try growth(seed: seed, count: 3) + succession(seed: seed, count: 12)
        for (index, bytes) in streams.enumerated() { try fixture.store(bytes, "\(index)") }
        let nodes = "SELECT path, value, perms, conn_id, tx_id, access FROM nodes WHERE image_id = "
        let pairs = try fixture.strings(
            """
            SELECT a.image_id || ' ' || b.image_id || ' ' || b.chain_id || ' ' || b.gen FROM images a
            JOIN images b ON b.chain_id = a.chain_id AND b.gen = a.gen + 1
            """)
        #expect(pairs.count > 8)
        for pair in pairs {
            let parts = pair.split(separator: " ")
            let differing = """
                SELECT path FROM (SELECT * FROM (\(nodes)\(parts[0]) EXCEPT \(nodes)\(parts[1])) \
                UNION SELECT * FROM (\(nodes)\(parts[1]) EXCEPT \(nodes)\(parts[0])))
                """
            let recorded =
                "SELECT path FROM node_change JOIN path USING (path_id) "
                + "WHERE chain_id = \(parts[2]) AND gen = \(parts[3])"
            // A node that only moved is recorded too; none that differs may be missing.
            #expect(try fixture.strings("\(differing) EXCEPT \(recorded)") == [], "seed \(seed), images \(pair)")
        }
    }
}
