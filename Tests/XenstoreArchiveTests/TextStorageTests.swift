import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// Texts in the archive's tables.
@Suite struct TextStorageTests {
    private static let dump = Fixtures.bytes("oxenstored-4.17-small.dump")
    private static let listing = Fixtures.bytes("listings/xen-4.17-small.ls-fp.txt")

    @Test func textsLieInTheSameTablesAndComeBack() throws {
        let fixture = try ArchiveFixture()
        try fixture.store(Self.dump, "dump")
        try fixture.store(Self.listing, "listing")
        #expect(try fixture.bytes(ofImage: 1) == Self.dump)
        #expect(try fixture.bytes(ofImage: 2) == Self.listing)
        #expect(
            try fixture.strings(
                "SELECT layout || ' ' || partial || ' ' || size || ' ' || verbatim_bytes FROM images ORDER BY image_id")
                == [
                    "oxenstored 0 154660 0", "listing 1 \(Self.listing.count) 0",
                ])
        #expect(try fixture.count("SELECT virq_port FROM globals WHERE image_id = 1") == 3)
        #expect(try fixture.count("SELECT count(*) FROM nodes WHERE image_id = 1") == 725)
        #expect(
            try fixture.strings("SELECT DISTINCT name FROM records WHERE image_id = 1 AND type > 8") == ["TEXT_LINE"])
        #expect(
            try fixture.strings(
                "SELECT mfn || ' ' || revtchn || ' ' || levtchn FROM connections WHERE image_id = 1 AND domid = 2") == [
                    "1044476 1 32"
                ])
        #expect(
            try fixture.strings(
                "SELECT c.socket_fd || ' ' || w.path FROM watches w JOIN connections c USING (image_id, conn_id) "
                    + "WHERE w.image_id = 1 AND c.socket_fd IS NOT NULL AND w.token = 'qemu'") == ["10 device-model"])
        #expect(try fixture.problems() == [])
    }

    /// oxenstored writes its nodes in a different order each time.
    @Test func statesThatFollowEachOtherShareTheirRows() throws {
        let fixture = try ArchiveFixture()
        var lines = Self.dump.split(separator: 0x0A).map(Array.init)
        let first = Array(lines.joined(separator: [0x0A])) + [0x0A]
        let nodes = try #require(lines.firstIndex { $0.starts(with: Array("store".utf8)) })
        lines[nodes...].reverse()
        lines[nodes] = Array("store,2f746573742d6e6577,6e30,6e6577".utf8)
        let second = Array(lines.joined(separator: [0x0A])) + [0x0A]
        try fixture.store(first, "first")
        let count = try fixture.count("SELECT count(*) FROM node_span")
        try fixture.store(second, "second")
        #expect(try fixture.count("SELECT count(*) FROM node_span") == count + 1)
        #expect(try fixture.count("SELECT count(*) FROM chain") == 1)
        #expect(try fixture.bytes(ofImage: 1) == first)
        #expect(try fixture.bytes(ofImage: 2) == second)
        #expect(try fixture.problems() == [])
    }

    @Test func aTextDoesNotFollowAStream() throws {
        let fixture = try ArchiveFixture()
        for name in [
            "xen-4.17-small.bin", "oxenstored-4.17-small.dump", "listings/xen-4.17-small.ls-fp.txt", "xen-4.17-tx.bin",
        ] {
            try fixture.store(Fixtures.bytes(name), name)
            #expect(
                try fixture.bytes(ofImage: fixture.count("SELECT max(image_id) FROM image")) == Fixtures.bytes(name))
        }
        #expect(try fixture.strings("SELECT layout FROM chain ORDER BY chain_id") == ["v1", "oxenstored", "listing"])
    }

    @Test func oddTextsComeBackOneBehindTheOther() throws {
        for seed in UInt64(0)..<12 {
            let fixture = try ArchiveFixture()
            var random = SeededGenerator(seed: seed)
            var text = Array((seed % 2 == 0 ? Self.dump : Self.listing).prefix(6000))
            let layout: Layout = seed % 2 == 0 ? .oxenstored : .listing
            for image in Int64(1)...6 {
                try fixture.store(text, "\(image)", layout: layout)
                #expect(try fixture.bytes(ofImage: image) == text, "seed \(seed), image \(image)")
                for _ in 0..<3 {
                    let place = random.below(text.count)
                    switch random.below(3) {
                    case 0: text[place] = UInt8(random.below(256))
                    case 1: text.removeSubrange(place..<min(text.count - 1, place + random.below(40)))
                    default: text.insert(contentsOf: [[0x0A], [0x0D, 0x0A], [0x2C]][random.below(3)], at: place)
                    }
                }
            }
            #expect(try fixture.problems() == [], "seed \(seed)")
        }
    }
}
