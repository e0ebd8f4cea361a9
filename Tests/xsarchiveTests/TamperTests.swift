import TestSupport
import Testing

/// Archives changed with SQLite's own shell: `verify` names the first image or entry that does not
/// match.
@Suite struct TamperTests {
    /// The change, and what `verify` names first: a subject, and words of the problem.
    static let cases: [(sql: String, subject: String, words: String)] = [
        // A node.
        (
            "UPDATE node_span SET value = 'evil' WHERE path_id = (SELECT path_id FROM path WHERE path = "
                + "'/local/domain/0/name')",
            "@1", "SHA-256"
        ),
        ("UPDATE path SET path = '/tool/evil' WHERE path = '/tool'", "@1", "SHA-256"),
        ("DELETE FROM node_span WHERE path_id = (SELECT path_id FROM path WHERE path = '/tool')", "@1", "SHA-256"),
        // A permission: in the bytes, and only in what queries read.
        ("UPDATE permset SET raw = x'72000700' WHERE permset_id = 1", "tables", "used by @1"),
        (
            "UPDATE permset SET raw = x'72000700', owner = 7, perms = 'r7' WHERE permset_id = 1; DELETE FROM "
                + "permset_entry WHERE permset_id = 1; "
                + "INSERT INTO permset_entry VALUES (1, 0, 'r', 0, 7)", "@1", "SHA-256"
        ),
        ("UPDATE permset SET perms = 'n0' WHERE permset_id = 2", "tables", "permset_entry 2"),
        ("UPDATE permset SET owner = 99 WHERE permset_id = 2", "tables", "permset_entry 2"),
        ("UPDATE permset_entry SET domid = 99 WHERE permset_id = 2 AND position = 0", "tables", "permset_entry 2"),
        ("INSERT INTO permset_entry VALUES (2, 30, 'b', 0, 9)", "tables", "permset_entry 2"),
        ("DELETE FROM permset_entry WHERE permset_id = 2", "tables", "permset_entry 2"),
        // An order key.
        (
            "UPDATE watch_span SET ord = -ord WHERE ord = (SELECT max(ord) FROM watch_span); UPDATE watch_span SET "
                + "ord = 1 WHERE ord < 0",
            "@1", "SHA-256"
        ),
        // A value whose type hides it from queries.
        (
            "UPDATE node_span SET value = CAST(value AS BLOB) WHERE value = 'Domain-0'", "tables",
            "is stored in node_span.value as a blob, so queries do not find it"
        ),
        (
            "INSERT INTO path (path_id, path) VALUES (99999, x'2f746f6f6c')", "tables",
            "is stored in path.path as a blob"
        ),
        // The data that a diff uses.
        ("DELETE FROM node_change", "tables", "node_change does not name"),
        // An image's label, and what import noticed.
        (
            "UPDATE image SET name = 'other' WHERE image_id = 2", "@2",
            "its name is other, but entry 2 of the custody log has xen-4.17-seq-2.bin"
        ),
        ("UPDATE image SET series = 'z' WHERE image_id = 3", "@3", "its series is z"),
        ("UPDATE image SET captured_at = '2020-01-01T00:00:00Z' WHERE image_id = 4", "@4", "its captured_at is 2020"),
        ("UPDATE image SET captured_at = NULL WHERE image_id = 4", "@4", "its captured_at is missing"),
        ("DELETE FROM finding WHERE position = 1", "@4", "its findings"),
        ("UPDATE finding SET message = 'nothing'", "@4", "its findings"),
        ("UPDATE stream SET record_count = record_count + 1", "@1", "records"),
        ("UPDATE stream SET node_count = node_count - 1", "@1", "nodes"),
        ("UPDATE stream SET size = size + 1", "@1", "bytes"),
        // An image that was removed or added.
        (
            "DELETE FROM series_step WHERE image_id = 3; DELETE FROM image WHERE image_id = 3", "custody",
            "entry 3 stored image @3, which is missing without a removal entry"
        ),
        (
            "INSERT INTO image SELECT 9, stream_id, 'planted', series, NULL, imported_at, NULL FROM image "
                + "WHERE image_id = 1",
            "@9", "no entry"
        ),
        (
            "UPDATE image SET stream_id = (SELECT stream_id FROM image WHERE image_id = 2) WHERE image_id = 1", "@1",
            "but entry 1 of the custody log has"
        ),
        // The order of a series.
        ("UPDATE series_step SET image_id = 1 WHERE image_id = 2", "series", "in series_step differs"),
        ("UPDATE series_run SET last_gen = last_gen + 1", "series", "in series_run differs"),
        // A row of the log.
        ("", "custody", "entry 2 was changed"),
    ]

    @Test(arguments: cases.indices) func aChangeIsFoundAndNamed(_ index: Int) throws {
        let change = Self.cases[index]
        let place = CustodyCommandTests.place()
        if change.sql.isEmpty {
            CustodyCommandTests.forge(place, "UPDATE custody SET arguments = '' WHERE entry_id = 2")
        } else {
            let outcome = place.sqlite(change.sql + "; SELECT changes()")
            #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
            #expect(outcome.text != "0\n", "\(change.sql) changes nothing")
        }
        let outcome = place.run("verify", "--json")
        #expect(outcome.ending == .exit(2))
        let first = try #require(try JSONText.object(outcome.text)["first_problem"] as? [String: Any], "\(change.sql)")
        #expect(first["subject"] as? String == change.subject, "\(change.sql): \(first)")
        #expect((first["problem"] as? String)?.contains(change.words) == true, "\(change.sql): \(first)")
    }

    /// The digest is of the images, not of the file.
    @Test func theDigestIsTheSameWhateverTheLayoutOfTheFile() throws {
        func digest(_ place: Workplace, _ file: String = "xsarchive.db") throws -> String {
            let outcome = place.run("verify", "--json", "-a", file)
            expectDone(outcome)
            return try #require(try JSONText.object(outcome.text)["digest"] as? String)
        }
        let place = CustodyCommandTests.place()
        let expected = try digest(place)
        #expect(place.sqlite("PRAGMA page_size = 1024; VACUUM; ANALYZE").ending == .exit(0))
        #expect(place.sqlite("PRAGMA page_size").text == "1024\n")
        #expect(try digest(place) == expected)
        // Imported in another order, some bytes into other chains, and in another page size.
        #expect(place.sqlite("PRAGMA page_size = 65536; VACUUM", file: "other.db").ending == .exit(0))
        for line in [
            ["--captured-at", "2026-08-01", Fixtures.path("xen-4.22-small.bin")],
            ["--series", "a", Fixtures.path("xen-4.17-seq-2.bin")],
            ["--series", "b", "--name", "again", Fixtures.path("xen-4.17-seq-1.bin")],
            ["--series", "a", Fixtures.path("xen-4.17-seq-1.bin")],
        ] {
            expectDone(place.run(["import", "-a", "other.db"] + line))
        }
        #expect(try digest(place, "other.db") == expected)
        // One label more, or another one, is another archive.
        expectDone(place.run("import", "-a", "other.db", "--series", "c", Fixtures.path("xen-4.17-seq-1.bin")))
        #expect(try digest(place, "other.db") != expected)
    }
}
