import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

@Suite struct RoundTripTests {
    @Test(arguments: Fixtures.cleanStreams) func realImagesComeOutAsTheyWentIn(_ name: String, _ verbatim: Int) throws {
        let fixture = try ArchiveFixture()
        let bytes = Fixtures.bytes(name)
        let outcome = try fixture.store(bytes, name)
        #expect(outcome.kind == .stored)
        #expect(try fixture.bytes(ofImage: outcome.imageID) == bytes)
        #expect(try fixture.count("SELECT verbatim_bytes FROM images") == Int64(verbatim))
        #expect(try fixture.problems() == [])
    }

    @Test func allRealImagesLiveInOneArchive() throws {
        let fixture = try ArchiveFixture()
        for name in Fixtures.cleanNames { try fixture.store(Fixtures.bytes(name), name) }
        for (index, name) in Fixtures.cleanNames.enumerated() {
            #expect(try fixture.bytes(ofImage: Int64(index + 1)) == Fixtures.bytes(name), "\(name)")
        }
        #expect(try fixture.problems() == [])
    }

    @Test(arguments: StreamFormat.all) func everyFormatGoesThroughTheArchive(_ format: StreamFormat) throws {
        let fixture = try ArchiveFixture()
        var stored: [[UInt8]] = []
        for seed in UInt64(0)..<12 {
            var generator = StreamGenerator(seed: seed, format: format, oddity: seed % 2 == 0 ? 25 : 0)
            let bytes = try generator.stream()
            let outcome = try fixture.store(bytes, "seed-\(seed)", layout: format.layout)
            if outcome.kind == .stored { stored.append(bytes) }
            #expect(outcome.imageID == Int64(seed) + 1)
        }
        for (index, bytes) in stored.enumerated() {
            #expect(try fixture.bytes(ofImage: Int64(index + 1)) == bytes, "\(format), seed \(index)")
        }
        #expect(try fixture.problems() == [])
    }

    /// Every record type with every branch of its walk, in successive images of one chain.
    @Test(arguments: StreamFormat.all) func everySampleIsStoredAndReadBack(_ format: StreamFormat) throws {
        let fixture = try ArchiveFixture()
        var writer = StreamWriter(header: Header(format: format), format: format)
        for sample in RecordBody.samples where sample.type != .end { try writer.write(sample) }
        try writer.write(.opaque(OpaqueData(type: .end)))
        try fixture.store(writer.bytes, layout: format.layout)
        #expect(try fixture.bytes(ofImage: 1) == writer.bytes)
        for table in SpanTable.all {
            #expect(try fixture.count("SELECT count(*) FROM \(table.name)") > 0, "\(table.name)")
        }
    }

    @Test func exportedFilesAppearWholeOrNotAtAll() throws {
        let fixture = try ArchiveFixture()
        let bytes = Fixtures.bytes("xen-4.17-small.bin")
        try fixture.store(bytes)
        let target = fixture.folder.file("out.bin")
        let image = try fixture.archive.image(id: 1)
        try Exporter(fixture.archive).export(image, toFile: target, overwrite: false)
        #expect(Files.read(target) == bytes)

        try fixture.archive.database.execute(
            "UPDATE node_span SET value = 'x' WHERE ord = (SELECT max(ord) FROM node_span)")
        #expect(throws: ArchiveError.self) {
            try Exporter(fixture.archive).export(image, toFile: target, overwrite: true)
        }
        #expect(Files.read(target) == bytes)
        #expect(Files.list(fixture.folder.path).filter { $0.contains("partial") } == [])
    }
}
