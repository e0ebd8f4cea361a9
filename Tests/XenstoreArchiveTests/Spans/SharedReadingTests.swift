import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// Two threads read the items that one reads alone.
@Suite struct SharedReadingTests {
    /// When the second thread comes.
    enum Help: CaseIterable, Sendable {
        case never, before, after, meanwhile
    }

    /// Images of one chain, in which records come and go.
    private func store(_ seed: UInt64, _ fixture: ArchiveFixture) throws -> [[UInt8]] {
        var generator = StreamGenerator(seed: seed, format: StreamFormat(layout: .v1))
        var bodies = generator.bodies(connections: 4, nodes: 80)
        return try (1...4).map { number in
            let start = generator.random.below(bodies.count - 8)
            bodies.removeSubrange(start..<start + 4)
            bodies += generator.bodies(connections: 1, nodes: 6).suffix(5)
            let bytes = try generator.encode(bodies)
            try fixture.store(bytes, "\(number)")
            return bytes
        }
    }

    private func read(_ reading: SharedReading, _ help: Help) throws -> EncodedItems {
        switch help {
        case .never: try reading.read()
        case .before:
            try reading.help()
            try reading.read()
        case .after:
            try reading.read()
            try reading.help()
        case .meanwhile: _ = try concurrently({ try reading.read() }, { try reading.help() })
        }
        return reading.items()
    }

    @Test(arguments: UInt64(1)...8, Help.allCases) func twoThreadsReadWhatOneReads(_ seed: UInt64, _ help: Help) throws
    {
        let fixture = try ArchiveFixture()
        _ = try store(seed, fixture)
        let database = fixture.archive.database
        for image in try fixture.archive.images() {
            let alone = try image.stream.encoded(database)
            let shared = try read(SharedReading(database, image.stream.generation, least: 0), help)
            #expect(shared.items.map(\.ord) == alone.items.map(\.ord), "seed \(seed), @\(image.imageID)")
            #expect(
                shared.items.map { shared.bytes[$0.range] } == alone.items.map { alone.bytes[$0.range] },
                "seed \(seed), @\(image.imageID)")
        }
        // The connection can write again.
        let last = try #require(fixture.archive.images().last)
        #expect(try fixture.store(Fixtures.bytes("xen-4.17-tiny.bin"), "tiny").imageID > last.imageID)
        #expect(try fixture.problems() == [], "seed \(seed)")
    }

    @Test func nobodyWritesWhileTwoRead() throws {
        let fixture = try ArchiveFixture()
        _ = try store(1, fixture)
        let stream = try fixture.archive.image(id: 4).stream
        let reading = try SharedReading(fixture.archive.database, stream.generation, least: 0)
        let other = try Database(path: fixture.path, mode: .write)
        #expect(throws: ArchiveError.self) { try other.execute("PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE") }
        _ = try read(reading, .meanwhile)
        try other.execute("BEGIN EXCLUSIVE; ROLLBACK")
    }

    /// What a transaction has written, only its own connection sees.
    @Test func whatIsNotCommittedIsReadAlone() throws {
        let fixture = try ArchiveFixture()
        _ = try store(1, fixture)
        let stream = try fixture.archive.image(id: 4).stream
        let database = fixture.archive.database
        let before = try stream.encoded(database).bytes
        try database.transaction {
            try database.execute("UPDATE node_span SET value = 'other' WHERE ord = (SELECT min(ord) FROM node_span)")
            let items = try read(SharedReading(database, stream.generation, least: 0), .meanwhile)
            let alone = try stream.encoded(database)
            #expect(items.bytes == alone.bytes)
            #expect(items.bytes != before)
        }
    }

    @Test func anArchiveInMemoryIsReadAlone() throws {
        let archive = try Archive.inMemory()
        let bytes = Fixtures.bytes("xen-4.17-small.bin")
        try Importer(archive).store(ScannedImage(bytes: bytes), label: ImageLabel(name: "a"))
        let stream = try archive.image(id: 1).stream
        let items = try read(SharedReading(archive.database, stream.generation, least: 0), .meanwhile)
        #expect(items.items.count == Int(stream.recordCount))
    }
}
