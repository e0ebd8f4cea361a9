import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// A failure leaves the archive unchanged.
@Suite struct FailureTests {
    private static let row =
        "WHERE chain_id = NEW.chain_id AND path_id = NEW.path_id AND ord = NEW.ord AND first_gen = NEW.first_gen"

    /// A trigger represents any defect between the decoder and the tables. The images begin a
    /// chain, and continue one.
    @Test(
        arguments: [
            "UPDATE node_span SET value = 'wrong' \(row)", "UPDATE node_span SET ord = ord + 1 \(row)",
            "UPDATE node_span SET first_gen = first_gen + 1 \(row)", "DELETE FROM node_span \(row)",
            "UPDATE node_span SET permset_id = 1 + permset_id % 3 \(row)",
            """
            INSERT INTO node_span (chain_id, path_id, ord, first_gen, last_gen, permset_id, value)
            SELECT chain_id, path_id, ord + 1, first_gen, last_gen, permset_id, value FROM node_span \(row)
            """,
        ], ["xen-4.17-small.bin", "xen-4.17-seq-2.bin"])
    func anImageThatCannotBeBroughtBackIsNotStored(_ defect: String, _ name: String) throws {
        let fixture = try ArchiveFixture()
        try fixture.store(Fixtures.bytes("xen-4.17-seq-1.bin"))
        try fixture.archive.database.execute(
            "CREATE TRIGGER defect AFTER INSERT ON node_span BEGIN \(defect); END")
        let before = Files.read(fixture.path)
        let error = #expect(throws: ArchiveError.self) { try fixture.store(Fixtures.bytes(name)) }
        #expect(error?.code == .notReproducible)
        #expect(Files.read(fixture.path) == before)
        #expect(try fixture.count("SELECT count(*) FROM images") == 1)
    }

    @Test func aFullArchiveFileRollsBack() throws {
        let fixture = try ArchiveFixture()
        try fixture.store(Fixtures.bytes("xen-4.17-tiny.bin"))
        let pages = try fixture.count("PRAGMA page_count")
        _ = try fixture.count("PRAGMA max_page_count = \(pages + 3)")
        let before = Files.read(fixture.path)
        let error = #expect(throws: ArchiveError.self) { try fixture.store(Fixtures.bytes("xen-4.17-small.bin")) }
        #expect(error?.code == .full)
        #expect(Files.read(fixture.path) == before)
        #expect(try fixture.problems() == [])
    }

    /// Each line is one way to tamper with an archive.
    @Test(arguments: [
        "UPDATE node_span SET value = 'evil' WHERE ord = (SELECT max(ord) FROM node_span)",
        "UPDATE permset SET raw = x'77000000' WHERE permset_id = 1",
        "UPDATE path SET path = '/other' WHERE path_id = 5",
        "DELETE FROM watch_span WHERE ord = (SELECT min(ord) FROM watch_span)",
        "UPDATE connection_span SET domid = 77 WHERE domid = 1",
        "UPDATE node_span SET first_gen = 2 WHERE ord = (SELECT min(ord) FROM node_span)",
        "UPDATE stream SET trailer = x'00'",
        "UPDATE stream SET flags = 2",
        "UPDATE chain SET length_rule = 'body'",
        "UPDATE stream SET sha256 = replace(sha256, 'a', 'b')",
        "DELETE FROM permset WHERE permset_id = 1",
    ])
    func verifyFindsWhatWasTamperedWith(_ sql: String) throws {
        let fixture = try ArchiveFixture()
        try fixture.store(Fixtures.bytes("xen-4.17-small.bin"))
        #expect(try fixture.problems() == [])
        try fixture.archive.database.execute(sql)
        #expect(try fixture.problems() != [])
    }

    @Test func twoWritersTakeTurns() throws {
        let fixture = try ArchiveFixture()
        let second = try Archive.openOrCreate(fixture.path)
        try fixture.store(Fixtures.bytes("xen-4.17-seq-1.bin"))
        let image = try ScannedImage(bytes: Fixtures.bytes("xen-4.17-seq-2.bin"))
        #expect(try Importer(second).store(image, label: ImageLabel(name: "b")).imageID == 2)
        #expect(try fixture.store(Fixtures.bytes("xen-4.17-seq-3.bin")).imageID == 3)
        #expect(try fixture.problems() == [])
    }

    /// The tip of a chain is read while the next image is decoded; other processes may write
    /// meanwhile.
    @Test(arguments: [false, true]) func whatWasReadAheadIsUsedOnlyWhereNobodyHasWrittenSince(othersWrite: Bool) throws
    {
        let fixture = try ArchiveFixture()
        try fixture.store(Fixtures.bytes("xen-4.17-seq-1.bin"))
        let bytes = Fixtures.bytes("xen-4.17-seq-3.bin")
        let preview = try TipReadAhead(fixture.archive, series: "main", size: bytes.count)
        #expect(try preview.tip(fixture.archive.database) != nil)
        if othersWrite {
            let second = try Archive.openOrCreate(fixture.path)
            try Importer(second).store(
                ScannedImage(bytes: Fixtures.bytes("xen-4.17-seq-2.bin")), label: ImageLabel(name: "b"))
            #expect(try preview.tip(fixture.archive.database) == nil)
        }
        let outcome = try Importer(fixture.archive).store(
            ScannedImage(bytes: bytes), label: ImageLabel(name: "c"), readAhead: preview)
        #expect(outcome.imageID == (othersWrite ? 3 : 2))
        #expect(try fixture.archive.database.integer("SELECT count(*) FROM chain") == 1)
        #expect(try fixture.problems() == [])
    }

    @Test func readersSeeOnlyWholeImports() throws {
        let fixture = try ArchiveFixture()
        try fixture.store(Fixtures.bytes("xen-4.17-seq-1.bin"))
        let reader = try Archive.open(fixture.path)
        #expect(throws: ArchiveError.self) { try reader.database.execute("DELETE FROM image") }
        #expect(try reader.images().count == 1)
    }
}
