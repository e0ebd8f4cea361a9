import ArchiveSQL
import TestSupport
import Testing

@testable import XenstoreArchive

/// Archives that older versions have made.
@Suite struct MigrationTests {
    /// The archives of earlier schema versions, as fixtures hold them: `verify` passed when each was made.
    private static let archives = (1..<ArchiveSQL.schemaVersion).map { version in
        "archives/v" + String(repeating: "0", count: 3 - String(version).count) + "\(version).db"
    }

    private func oldArchive(_ name: String) -> (folder: TemporaryFolder, path: String) {
        let folder = TemporaryFolder()
        let path = folder.file("old.db")
        Files.write(Fixtures.bytes(name), path)
        return (folder, path)
    }

    /// What the archive holds, in the order of its images.
    private static let images = [
        "xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin", "xen-4.22-tiny.bin", "formats/v2-big-body.bin", "formats/draft-big-padded.bin",
        "xen-2026-08-depth-3.bin",
    ]

    @Test(arguments: archives) func anOlderArchiveIsBroughtUpToDateAndGivesEveryImageBack(name: String) throws {
        let old = oldArchive(name)
        let archive = try Archive.openOrCreate(old.path)
        #expect(try archive.database.integer("PRAGMA user_version") == Int64(ArchiveSQL.schemaVersion))
        for (index, image) in Self.images.enumerated() {
            var bytes: [UInt8] = []
            try archive.export(archive.image(id: Int64(index + 1))) { bytes += $0 }
            #expect(bytes == Fixtures.bytes(image), "\(image)")
        }
        var problems: [String] = []
        try Verifier(archive).run { if let problem = $0.problem { problems.append("\($0.subject): \(problem)") } }
        #expect(problems == [])
    }

    @Test(arguments: archives) func anOlderArchiveThenHasTheSchemaOfANewOne(name: String) throws {
        let old = oldArchive(name)
        func schema(_ archive: Archive) throws -> [String] {
            // What the planner knows comes with the first image.
            let rows = try archive.database.prepare(
                "SELECT type || ' ' || name || ' ' || ifnull(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY type, name")
            var lines: [String] = []
            while try rows.step() { lines.append(rows.string(0)) }
            return lines
        }
        #expect(try schema(Archive.openOrCreate(old.path)) == schema(ArchiveFixture().archive))
    }

    /// The next image of the series follows the migrated ones, and the tables that only the new schema has speak of both.
    @Test(arguments: archives) func anOlderArchivesChainGoesOn(name: String) throws {
        let old = oldArchive(name)
        let archive = try Archive.openOrCreate(old.path)
        let image = try PreparedImage(bytes: Fixtures.bytes("xen-4.17-seq-3.bin"))
        #expect(try Importer(archive).store(image, label: Importer.Label(name: "third", series: "host7")).kind == .stored)
        #expect(try archive.database.integer("SELECT max(gen) FROM stream") == 3)
        #expect(try archive.database.integer("SELECT count(*) FROM node_change WHERE chain_id = 1 AND gen = 2") == 5)
        #expect(try archive.database.integer("SELECT count(*) FROM node_change WHERE chain_id = 1 AND gen = 3") == 374 + 373 + 23)
    }

    @Test(arguments: archives) func anOlderArchiveIsNotReadAndLeftAlone(name: String) throws {
        let old = oldArchive(name)
        let before = Files.read(old.path)
        let error = #expect(throws: ArchiveError.self) { try Archive.open(old.path) }
        #expect(error?.code == .notAnArchive)
        #expect(error?.description.contains("brings it up to date") == true)
        #expect(Files.read(old.path) == before)
    }
}
