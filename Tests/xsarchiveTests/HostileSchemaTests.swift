import TestSupport
import Testing

/// Archives from untrusted sources: nothing added to their schema runs, or shows something other
/// than the tables' contents.
@Suite struct HostileSchemaTests {
    /// What an attacker may add or change, and what the refusal names.
    static let schemas: [(sql: String, words: String)] = [
        ("CREATE TRIGGER t AFTER INSERT ON image BEGIN DELETE FROM finding; END", "unexpected trigger t"),
        ("CREATE TRIGGER t INSTEAD OF INSERT ON nodes BEGIN SELECT 1; END", "unexpected trigger t"),
        ("DROP TRIGGER custody_is_not_changed", "missing trigger custody_is_not_changed"),
        ("CREATE TABLE t (x, y AS (x || 'a'))", "unexpected table t"),
        ("ALTER TABLE image ADD COLUMN evil TEXT AS (upper(name))", "changed table image"),
        ("CREATE INDEX i ON image (upper(name))", "unexpected index i"),
        ("CREATE UNIQUE INDEX i ON path (path) WHERE length(path) > 4", "unexpected index i"),
        ("DROP INDEX image_name; CREATE INDEX image_name ON image (lower(name))", "changed index image_name"),
        ("CREATE VIRTUAL TABLE v USING fts5(x)", "unexpected table v"),
        (
            "DROP VIEW nodes; CREATE VIEW nodes AS SELECT * FROM perms WHERE 0",
            "the archive has the views of another version of xsarchive"
        ),
        (
            "CREATE VIEW extra AS SELECT load_extension('x')",
            "the archive has the views of another version of xsarchive"
        ),
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = "
                + "'permset'",
            "changed table permset"
        ),
        ("\u{1}", "unexpected table \\x1b[2J"),
    ]

    @Test(arguments: schemas.indices) func aSchemaThatIsNotOursIsRefused(_ index: Int) {
        let (sql, words) = Self.schemas[index]
        let place = Workplace.withSharedImages()
        let outcome = place.sqlite(sql == "\u{1}" ? "CREATE TABLE \"\u{1B}[2J\" (x)" : sql)
        #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
        let before = place.bytes("xsarchive.db")
        for command in ArchiveFileTests.readers {
            expectFailure(place.run(command), 2, containing: ["xsarchive.db: \(words)"])
        }
        expectBytes(place.bytes("xsarchive.db"), before)
        #expect(place.names == ["xsarchive.db"])
        // Views hold no data, so a command that writes creates them again; any other difference is
        // refused.
        guard !words.contains("views") else { return }
        for command in [["import", Fixtures.path("xen-4.17-seq-3.bin")], ["upgrade"]] {
            expectFailure(place.run(command), 2, containing: ["xsarchive.db: \(words)"])
        }
        expectBytes(place.bytes("xsarchive.db"), before)
    }

    @Test(arguments: [["upgrade"], ["import", Fixtures.path("xen-4.17-seq-3.bin")]]) func aWriterMakesTheViewsAnew(
        _ command: [String]
    ) {
        let place = Workplace.withSharedImages()
        let evil =
            "DROP VIEW nodes; CREATE VIEW nodes AS SELECT 1 AS image_id; CREATE VIEW \"a\"\"; DROP TABLE image; --\" "
            + "AS SELECT 1"
        #expect(place.sqlite(evil).ending == .exit(0))
        #expect(place.run(command).ending == .exit(0))
        expectDone(place.run("verify"))
        #expect(place.run("sql", "SELECT count(*) > 1 AS n FROM nodes WHERE image_id = 1").text == "n\n1\n")
    }

    /// The statistics of SQLite's planner are not part of the schema.
    @Test func countedRowsAreNoReasonToRefuse() {
        let place = Workplace.withSharedImages()
        #expect(place.sqlite("ANALYZE").ending == .exit(0))
        expectDone(place.run("verify"))
    }

    /// The connection that reads cannot write at all.
    @Test func anArchiveIsReadWithoutAWayToWrite() {
        let place = Workplace.withSharedImages()
        let trace = place.shell(
            "command -v strace >/dev/null || exit 9; strace -f -e trace=openat -o trace \"$0\" verify >/dev/null")
        guard trace.ending != .exit(9) else { return }
        let opened = String(decoding: place.bytes("trace"), as: UTF8.self).split(separator: "\n").filter {
            $0.contains("xsarchive.db\"")
        }
        #expect(!opened.isEmpty)
        #expect(opened.allSatisfy { $0.contains("O_RDONLY") }, "\(opened)")
    }

    /// Numbers that no genuine archive contains must end the program only with a message.
    @Test(arguments: [
        "UPDATE stream SET size = 9223372036854775807", "UPDATE stream SET size = -9223372036854775808",
        "UPDATE stream SET gen = 9223372036854775807 WHERE stream_id = 4",
        "UPDATE chain SET last_gen = 9223372036854775807",
        "UPDATE node_span SET ord = 9223372036854775807 WHERE ord = (SELECT max(ord) FROM node_span)",
        "UPDATE node_span SET first_gen = -9223372036854775808, last_gen = 9223372036854775807 WHERE path_id = 3",
        "UPDATE global_quota_span SET n_dom_quota = -9223372036854775808",
        "UPDATE global_quota_span SET n_dom_quota = 9223372036854775807",
        "UPDATE image SET image_id = 9223372036854775807 WHERE image_id = 6",
        "UPDATE stream SET item_order = zeroblob(70000000)",
        "UPDATE stream SET item_order = x'ffffffffffffffffff7f'",
        "UPDATE finding SET record = 9223372036854775807, \"offset\" = -9223372036854775808",
        "UPDATE residue SET len = 9223372036854775807", "UPDATE chain SET node_span_count = 9223372036854775807",
        "UPDATE connection_span SET out_resp_len = 9223372036854775807",
        "UPDATE connection_span SET domid = -5, conn_type = 99999999999",
        "UPDATE damage_span SET \"offset\" = 9223372036854775807",
        "UPDATE watch_span SET ord = -9223372036854775808 WHERE ord = (SELECT min(ord) FROM watch_span)",
        "UPDATE path SET path_id = 9223372036854775807 WHERE path_id = (SELECT max(path_id) FROM path)",
    ])
    func numbersThatLieAreTold(_ sql: String) {
        let place = Workplace.withSharedImages()
        #expect(place.sqlite(sql).ending == .exit(0))
        let commands =
            ArchiveFileTests.readers.map { $0 + ["-a", "xsarchive.db"] } + [
                ["diff", "@3", "@4"], ["check", "@6"], ["domains", "@6"], ["show", "@6"], ["custody"],
                ["import", Fixtures.path("xen-4.17-seq-3.bin")],
            ]
        for command in commands {
            let outcome = place.run(command)
            guard case .exit(let status) = outcome.ending else {
                Issue.record("\(command) after \(sql): \(outcome.ending), \(outcome.errorText)")
                continue
            }
            #expect([0, 1, 2].contains(status), "\(command) after \(sql): \(outcome.errorText)")
            #expect(outcome.errorLines.allSatisfy { $0.hasPrefix("xsarchive: ") }, "\(outcome.errorText)")
        }
    }
}
