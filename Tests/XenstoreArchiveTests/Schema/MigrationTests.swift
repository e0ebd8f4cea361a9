import ArchiveSQL
import TestSupport
import Testing

@testable import XenstoreArchive

/// Archives that older versions made.
@Suite struct MigrationTests {
    /// The fixtures with archives of earlier schema versions; `verify` passed when each was made.
    private static let archives = (1..<ArchiveSQL.schemaVersion).map { version in
        "archives/v" + String(repeating: "0", count: 3 - String(version).count) + "\(version).db"
    }

    private func oldArchive(_ name: String) -> (folder: TemporaryFolder, path: String) {
        let folder = TemporaryFolder()
        let path = folder.file("old.db")
        Files.write(Fixtures.bytes(name), path)
        return (folder, path)
    }

    /// The files in the archive, in the order of its images.
    private static let images = [
        "xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin", "xen-4.22-tiny.bin", "formats/v2-big-body.bin",
        "formats/draft-big-padded.bin",
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
            let stream = try archive.image(id: Int64(index + 1)).stream
            let read = ScannedImage(salvaging: bytes, layout: stream.format.layout)
            #expect(Set(stream.coverage.areas) == Set(read.coverage.areas), "\(image)")
        }
        var problems: [String] = []
        try Verifier(archive).run { if let problem = $0.problem { problems.append("\($0.subject): \(problem)") } }
        #expect(problems == [])
    }

    @Test(arguments: archives) func anOlderArchiveThenHasTheSchemaOfANewOne(name: String) throws {
        let old = oldArchive(name)
        func schema(_ archive: Archive) throws -> [String] {
            let rows = try archive.database.prepare(
                "SELECT type || ' ' || name || ' ' || ifnull(sql, '') FROM sqlite_schema "
                    + "WHERE name <> 'sqlite_stat1' ORDER BY type, name"
            )
            var lines: [String] = []
            while try rows.step() { lines.append(rows.string(0)) }
            return lines
        }
        #expect(try schema(Archive.openOrCreate(old.path)) == schema(ArchiveFixture().archive))
    }

    /// The next image of the series follows the migrated ones, and the tables that only the new
    /// schema has include both.
    @Test(arguments: archives) func anOlderArchivesChainGoesOn(name: String) throws {
        let old = oldArchive(name)
        let archive = try Archive.openOrCreate(old.path)
        let image = try ScannedImage(bytes: Fixtures.bytes("xen-4.17-seq-3.bin"))
        #expect(try Importer(archive).store(image, label: ImageLabel(name: "third", series: "host7")).kind == .stored)
        #expect(try archive.database.integer("SELECT max(gen) FROM stream") == 3)
        #expect(try archive.database.integer("SELECT count(*) FROM node_change WHERE chain_id = 1 AND gen = 2") == 5)
        #expect(
            try archive.database.integer("SELECT count(*) FROM node_change WHERE chain_id = 1 AND gen = 3") == 374 + 373
                + 23)
    }

    @Test(arguments: archives) func anOlderArchiveIsNotReadAndLeftAlone(name: String) throws {
        let old = oldArchive(name)
        let before = Files.read(old.path)
        let error = #expect(throws: ArchiveError.self) { try Archive.open(old.path) }
        #expect(error?.code == .oldSchema)
        let version = Int(name.dropFirst("archives/v".count).prefix(3)) ?? 0
        let words = "the archive has schema version \(version), this xsarchive supports \(ArchiveSQL.schemaVersion)"
        #expect(error?.description == "\(old.path): \(words)")
        #expect(Files.read(old.path) == before)
    }

    /// The times of a log that says its zone are UTC, those of a trace log as unknown as before.
    @Test func theLogsOfAnOlderArchiveAreInIt() throws {
        let old = oldArchive("archives/v010.db")
        let archive = try Archive.openOrCreate(old.path)
        let logs = try ArchivedLog.all(archive)
        #expect(logs.map(\.form) == [.trace, .access] && logs.map(\.isZoneKnown) == [false, true])
        for (log, name) in zip(logs, ["xenstored-4.17-trace.log", "oxenstored-4.17-access.log"]) {
            var bytes: [UInt8] = []
            try LogExporter(archive).export(log) { bytes += $0 }
            #expect(bytes == Fixtures.bytes("logs/" + name))
        }
    }

    // MARK: The copy

    @Test(arguments: archives) func aCopyOfTheArchiveIsKeptThatOnlyItsOwnerMayRead(name: String) throws {
        let old = oldArchive(name)
        let before = Files.read(old.path)
        let upgrade = try #require(try Archive.openOrCreate(old.path).upgrade)
        let version = Int(name.dropFirst("archives/v".count).prefix(3)) ?? 0
        #expect(
            upgrade == Upgrade(from: version, to: ArchiveSQL.schemaVersion, backup: "\(old.path).v\(version).backup"))
        let copy = Files.read(upgrade.backup ?? "")
        #expect(copy == before)
        #expect(Files.permissions(upgrade.backup ?? "") == 0o600)
        #expect(Files.list(old.folder.path) == ["old.db", "old.db.v\(version).backup"])
        #expect(try Archive.openOrCreate(old.path).upgrade == nil)
    }

    @Test func aCopyThatIsThereIsNeverReplaced() throws {
        let old = oldArchive(Self.archives[0])
        for name in ["old.db.v1.backup", "old.db.v1.backup-2"] { Files.write([1, 2, 3], old.folder.file(name)) }
        #expect(try Archive.openOrCreate(old.path).upgrade?.backup == old.path + ".v1.backup-3")
        for name in ["old.db.v1.backup", "old.db.v1.backup-2"] {
            #expect(Files.read(old.folder.file(name)) == [1, 2, 3])
        }
    }

    /// If the new tables do not give an image back, the migration fails and the archive stays
    /// unchanged.
    @Test(arguments: archives) func anArchiveThatIsDamagedStaysAsItIs(name: String) throws {
        let old = oldArchive(name)
        do {
            let database = try Database(path: old.path, mode: .write)
            try database.execute("UPDATE node_span SET value = 'evil' WHERE chain_id = 2")
        }
        let before = Files.read(old.path)
        let error = #expect(throws: ArchiveError.self) { try Archive.openOrCreate(old.path) }
        #expect(error?.code == .damaged)
        #expect(Files.read(old.path) == before)
    }

    @Test(arguments: archives) func theCustodyLogOfAnOlderArchiveBeginsWithWhatWasFound(name: String) throws {
        let old = oldArchive(name)
        let entries = try CustodyLog(Archive.openOrCreate(old.path)).entries()
        let first = Int(name.dropFirst("archives/v".count).prefix(3)) ?? 0
        guard first < 3 else {
            // Versions 5 and later have two texts more, versions 10 and later also two logs.
            let count = Self.images.count + (first >= 5 ? 2 : 0) + (first >= 10 ? 2 : 0)
            #expect(entries.map(\.action) == Array(repeating: "import", count: count) + ["upgrade"])
            #expect(entries.last?.note == "from schema version \(first)")
            return
        }
        #expect(entries.first?.note == "from schema version \(first)")
        #expect(entries.map(\.action) == ["upgrade"] + Self.images.map { _ in "found" })
        #expect(entries.map(\.imageID) == [nil] + Self.images.indices.map { Int64($0) + 1 })
    }

    /// An archive with a foreign trigger must not be upgraded: the trigger would run.
    @Test(arguments: archives) func anOlderArchiveWithAStrangeTriggerIsRefused(name: String) throws {
        let old = oldArchive(name)
        do {
            let database = try Database(path: old.path, mode: .write)
            try database.execute("CREATE TRIGGER evil AFTER INSERT ON image BEGIN SELECT 1; END")
        }
        let error = #expect(throws: ArchiveError.self) { try Archive.openOrCreate(old.path) }
        #expect(error?.code == .notAnArchive)
        #expect(error?.description.contains("unexpected trigger evil") == true)
    }
}
