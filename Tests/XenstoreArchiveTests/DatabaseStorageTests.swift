import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// The files and texts of daemons' databases in the archive's tables.
@Suite struct DatabaseStorageTests {
    private func salvage(_ file: [UInt8], _ name: String, in fixture: ArchiveFixture) throws -> ScannedImage {
        let image = ScannedImage(salvaging: file, layout: .tdb, readsFormerNodes: true)
        try Importer(fixture.archive).store(image, label: ImageLabel(name: name))
        return image
    }

    @Test func everyFormOfAFileComesOutByteForByte() throws {
        let fixture = try ArchiveFixture()
        var id: Int64 = 0
        for form in DatabaseBuilder.Form.all {
            let file = DatabaseBuilder.sample(form).file()
            try fixture.store(file, "\(form)")
            #expect(try fixture.bytes(ofImage: id + 1) == file, "\(form)")
            #expect(try salvage(file, "\(form), salvaged", in: fixture).isSalvaged)
            #expect(try fixture.bytes(ofImage: id + 2) == file, "\(form)")
            #expect(try fixture.count("SELECT count(*) FROM nodes WHERE image_id = \(id + 1) AND conn_id = 0") == 7)
            let deleted = "conn_id = \(TextImage.deletedConnID) AND access = 0"
            #expect(try fixture.count("SELECT count(*) FROM nodes WHERE image_id = \(id + 1) AND \(deleted)") == 0)
            #expect(
                try fixture.strings(
                    "SELECT path || ' ' || value FROM nodes "
                        + "WHERE image_id = \(id + 2) AND \(deleted) ORDER BY record_id"
                )
                    == ["/local/domain/7 ", "/local/domain/7/name gone", "/local/domain/7/vm uuid", "/odd older"])
            #expect(
                try fixture.strings(
                    "SELECT perm || domid || CASE stale WHEN 1 THEN '!' ELSE '' END FROM perms "
                        + "WHERE image_id = \(id + 1) AND path = '/local/domain/3/name' AND conn_id = 0 "
                        + "ORDER BY position"
                )
                    == ["n3", "r0", "w5", "b6", "r4!"])
            id += 2
        }
        #expect(try fixture.problems() == [])
    }

    @Test func realFilesAndTheirDumpsComeOut() throws {
        let fixture = try ArchiveFixture()
        let names = Files.list(Fixtures.path("databases")).filter { !$0.contains(".ls") }
        #expect(names.count == 5)
        for (index, name) in names.enumerated() {
            let file = Fixtures.bytes("databases/" + name)
            try fixture.store(file, name)
            #expect(try fixture.bytes(ofImage: Int64(index + 1)) == file, "\(name)")
        }
        #expect(try fixture.problems() == [])
        #expect(
            try fixture.strings("SELECT layout FROM images ORDER BY image_id") == [
                "oxenstored-debug", "tdb", "tdbdump", "tdb", "tdbdump",
            ])
    }

    /// Two files of one daemon, one after the other.
    @Test func filesThatFollowEachOtherShareTheirRows() throws {
        let fixture = try ArchiveFixture()
        let form = DatabaseBuilder.Form.all[4]
        var builder = DatabaseBuilder(form)
        builder.add(DatabaseBuilder.Node("/", children: (0..<50).map { "n\($0)" }))
        for index in 0..<50 { builder.add(DatabaseBuilder.Node("/n\(index)", "value")) }
        let first = builder.file()
        builder.add(DatabaseBuilder.Node("/n7/new", "x"))
        let second = builder.file()
        try fixture.store(first, "first")
        let count = try fixture.count("SELECT count(*) FROM node_span")
        try fixture.store(second, "second")
        #expect(try fixture.count("SELECT count(*) FROM chain") == 1)
        #expect(try fixture.count("SELECT count(*) FROM node_span") - count < 5)
        #expect(try fixture.bytes(ofImage: 1) == first)
        #expect(try fixture.bytes(ofImage: 2) == second)
        #expect(try fixture.problems() == [])
    }

    @Test func anyDamagedFileIsRefusedOrComesOut() throws {
        for seed in UInt64(0)..<30 {
            var random = SeededGenerator(seed: seed)
            let fixture = try ArchiveFixture()
            let builder = DatabaseBuilder.sample(DatabaseBuilder.Form.all[random.below(8)])
            var file = builder.file()
            for image in Int64(1)...4 {
                for _ in 0..<2 {
                    let first = random.chance(80) ? min(builder.recordsStart, file.count - 1) : 0
                    let place = first + random.below(file.count - first)
                    switch random.below(3) {
                    case 0: file[place] = UInt8(random.below(256))
                    case 1: file.removeSubrange(place..<min(file.count - 1, place + random.below(40)))
                    default: file.insert(contentsOf: file[place..<min(place + 28, file.count)], at: place)
                    }
                }
                let image = (id: image, scan: try salvage(file, "\(image)", in: fixture))
                #expect(try fixture.bytes(ofImage: image.id) == file, "seed \(seed), image \(image.id)")
                // What is not refused is exact, too.
                if let plain = try? ScannedImage(bytes: file, layout: .tdb) { #expect(plain.file == file) }
            }
            #expect(try fixture.problems() == [], "seed \(seed)")
        }
    }
}
