import ArchiveSQL
import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

@Suite struct SchemaTests {
    @Test func theFileSaysWhatItIs() throws {
        let fixture = try ArchiveFixture()
        #expect(try fixture.count("PRAGMA application_id") == 0x7873_7261)
        #expect(try fixture.count("PRAGMA user_version") == Int64(ArchiveSQL.schemaVersion))
    }

    @Test func everyTableIsStrict() throws {
        let fixture = try ArchiveFixture()
        #expect(
            try fixture.strings(
                "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'")
                == [])
    }

    /// The tables are written by hand, to be readable; this compares them with the records'
    /// descriptions.
    @Test(arguments: SpanTable.all.map(\.name)) func spanTablesHaveTheFieldsOfTheirRecords(_ name: String) throws {
        let fixture = try ArchiveFixture()
        let table = try #require(SpanTable.all.first { $0.name == name })
        let columns = try fixture.strings("SELECT name FROM pragma_table_info('\(name)') ORDER BY cid")
        let expected = ["chain_id", "ord", "first_gen", "last_gen"] + table.columns.map(\.name) + table.lastColumns
        #expect(Set(columns) == Set(expected))
        #expect(columns.count == expected.count)
    }

    /// Tools that link rows need equal names.
    @Test func foreignKeysNameTheirColumns() throws {
        let fixture = try ArchiveFixture()
        let keys = "FROM sqlite_schema s, pragma_foreign_key_list(s.name) k WHERE s.type = 'table'"
        #expect(try fixture.count("SELECT count(*) \(keys)") == 61)
        // What follows an event's path and its whole line are both strings.
        #expect(try fixture.count("SELECT count(*) \(keys) AND k.\"to\" = k.\"from\"") == 59)
        #expect(
            try fixture.strings("SELECT k.\"from\" \(keys) AND k.\"to\" IS NOT k.\"from\" ORDER BY 1")
                == ["detail_id", "raw_id"])
    }

    @Test func foreignKeysAreDeclaredAndHold() throws {
        let fixture = try ArchiveFixture()
        for name in Fixtures.cleanNames { try fixture.store(Fixtures.bytes(name), name) }
        #expect(try fixture.count("SELECT count(*) FROM pragma_foreign_key_check") == 0)
        for table in SpanTable.all {
            #expect(
                try fixture.count("SELECT count(*) FROM pragma_foreign_key_list('\(table.name)')") >= 2, "\(table.name)"
            )
        }
    }

    @Test func theViewsOthersRelyOnHaveTheirColumns() throws {
        let fixture = try ArchiveFixture()
        let promised: [String: [String]] = [
            "images": [
                "image_id", "name", "series", "sha256", "size", "layout", "version", "captured_at", "imported_at",
            ],
            "nodes": ["image_id", "record_id", "path", "value", "owner", "perms", "conn_id", "tx_id", "access"],
            "perms": ["image_id", "record_id", "path", "position", "perm", "domid", "stale"],
            "watches": ["image_id", "record_id", "conn_id", "path", "token", "depth"],
            "connections": [
                "image_id", "record_id", "conn_id", "type", "domid", "target_domid", "evtchn", "socket_fd", "unique_id",
                "in_data",
                "out_data", "out_resp_len",
            ],
            "transactions": ["image_id", "record_id", "conn_id", "tx_id"],
            "records": ["image_id", "record_id"], "quotas": ["image_id", "record_id"], "domains": ["image_id"],
        ]
        for (view, columns) in promised {
            let actual = try fixture.strings("SELECT name FROM pragma_table_info('\(view)')")
            #expect(actual.filter(columns.contains) == columns, "\(view)")
        }
    }

    /// A view that scans every image's rows to show one image is useless in a large archive.
    @Test(arguments: [
        "nodes", "perms", "watches", "connections", "transactions", "records", "quotas", "globals", "domains",
    ])
    func viewsSearchTheirImage(_ view: String) throws {
        let fixture = try ArchiveFixture()
        let plan = try fixture.archive.database.prepare("EXPLAIN QUERY PLAN SELECT * FROM \(view) WHERE image_id = 1")
        var lines: [String] = []
        while try plan.step() { lines.append(plan.string(3)) }
        #expect(lines.filter { $0.hasPrefix("SCAN ") && $0.contains("_span") }.isEmpty, "\(lines)")
        #expect(lines.filter { $0.hasPrefix("SCAN s") && !$0.hasPrefix("SCAN sqlite") }.isEmpty, "\(lines)")
    }

    @Test func aPathIsFoundByItsIndex() throws {
        let fixture = try ArchiveFixture()
        let plan = try fixture.archive.database.prepare(
            "EXPLAIN QUERY PLAN SELECT value FROM nodes WHERE image_id = 1 AND path = '/'")
        var lines: [String] = []
        while try plan.step() { lines.append(plan.string(3)) }
        #expect(lines.contains { $0.contains("path_text (path=?)") }, "\(lines)")
        #expect(lines.contains { $0.contains("PRIMARY KEY (chain_id=? AND path_id=?)") }, "\(lines)")
    }

    /// The plans that matter in a large archive; `LIKE` ignores case, and so cannot use the index.
    @Test(arguments: [
        "path = '/tool'", "path GLOB '/local/domain/1/*'", "path >= '/local/domain/1/' AND path < '/local/domain/10'",
    ])
    func pathsAndPrefixesAreSearchedAndNotScanned(_ condition: String) throws {
        let fixture = try ArchiveFixture()
        try fixture.store(Fixtures.bytes("xen-4.17-small.bin"))
        let reader = try Archive.open(fixture.path)
        let plan = try reader.database.prepare(
            "EXPLAIN QUERY PLAN SELECT value FROM nodes WHERE image_id = 1 AND \(condition)")
        var lines: [String] = []
        while try plan.step() { lines.append(plan.string(3)) }
        #expect(lines.contains { $0.contains("INDEX path_text (path") }, "\(lines)")
        #expect(lines.contains { $0.contains("PRIMARY KEY (chain_id=? AND path_id=?)") }, "\(lines)")
    }

    /// A join would make SQLite read all of a large `node_span` for a Bloom filter first.
    @Test func whatChangedIsSearchedByItsPathsAlone() throws {
        let fixture = try ArchiveFixture()
        for name in ["xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin"] { try fixture.store(Fixtures.bytes(name), name) }
        try fixture.archive.database.execute(
            "UPDATE sqlite_stat1 SET stat = '351047 351047 1 1 1' WHERE tbl = 'node_span'; ANALYZE sqlite_schema")
        for choice in [SpanFilter.changed, .begun] {
            let plan = try fixture.archive.database.prepare(
                "EXPLAIN QUERY PLAN " + SpanTable.all[SpanTable.nodeIndex].selectSQL(choice))
            var lines: [String] = []
            while try plan.step() { lines.append(plan.string(3)) }
            #expect(
                lines.contains { $0.hasPrefix("SEARCH s USING PRIMARY KEY (chain_id=? AND path_id=?)") }, "\(lines)")
            #expect(!lines.contains { $0.hasPrefix("BLOOM FILTER ON s") }, "\(lines)")
        }
    }

    /// When each change was looked up by a scan of its generation, verifying two large images took
    /// half a minute.
    @Test func everyChangeIsLookedUpByItsPath() throws {
        let fixture = try ArchiveFixture()
        for name in ["xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin"] { try fixture.store(Fixtures.bytes(name), name) }
        let plan = try fixture.archive.database.prepare("EXPLAIN QUERY PLAN " + TableCheck.unnamedChange)
        var lines: [String] = []
        while try plan.step() { lines.append(plan.string(3)) }
        #expect(lines.filter { $0.hasPrefix("SEARCH c ") }.count == 2, "\(lines)")
        #expect(
            lines.filter { $0.hasPrefix("SEARCH c ") }.allSatisfy {
                $0.contains("(chain_id=? AND gen=? AND path_id=?)")
            }, "\(lines)")
    }

    @Test func otherFilesAreRefusedAndLeftAlone() throws {
        let folder = TemporaryFolder()
        let text = folder.file("text")
        Files.write(
            Array(
                ("this is no archive, but it is longer than a hundred bytes, so that SQLite has a whole header "
                    + "to look at and refuse.")
                    .utf8), text)
        let before = Files.read(text)
        #expect(throws: ArchiveError.self) { try Archive.openOrCreate(text) }
        #expect(throws: ArchiveError.self) { try Archive.open(text) }
        #expect(Files.read(text) == before)

        let other = folder.file("other.db")
        try Database(path: FixtureFile.empty(other), mode: .write).execute("CREATE TABLE t (a)")
        let otherBefore = Files.read(other)
        #expect(throws: ArchiveError.self) { try Archive.openOrCreate(other) }
        #expect(Files.read(other) == otherBefore)
    }

    @Test func archivesOfANewerSchemaAreRefused() throws {
        let fixture = try ArchiveFixture()
        try fixture.archive.database.execute("PRAGMA user_version = 99")
        let error = #expect(throws: ArchiveError.self) { try Archive.open(fixture.path) }
        #expect(error?.code == .notAnArchive)
        #expect(error?.description.contains("99") == true)
    }
}

private enum FixtureFile {
    static func empty(_ path: String) -> String {
        Files.write([], path)
        return path
    }
}
