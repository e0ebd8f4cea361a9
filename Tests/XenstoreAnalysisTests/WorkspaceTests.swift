import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreAnalysis
@testable import XenstoreArchive

/// A workspace in a folder of its own.
final class Workspace {
    let folder = TemporaryFolder()

    var path: String {
        folder.file("work.db")
    }

    init(_ source: ImageSource) throws {
        try WorkspaceWriter(source).write(path, overwrite: false)
    }

    convenience init(_ records: [RecordBody], _ layout: Layout = .v1) throws {
        try self.init(Images.make(records, layout))
    }

    /// Runs SQL as a tool would, with the foreign keys' checks on.
    func run(_ sql: String, foreignKeys: Bool = true) throws {
        let database = try Database(path: path, mode: .write)
        // What no tool would let anybody do, and a hostile file holds all the same.
        if !foreignKeys { try database.execute("PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = OFF") }
        try database.execute("PRAGMA foreign_keys = \(foreignKeys ? "ON" : "OFF")")
        try database.execute(sql)
    }

    func count(_ sql: String) throws -> Int64 {
        try Database(path: path, mode: .read).integer(sql) ?? -1
    }

    func build(_ change: (inout Rebuild) -> Void = { _ in }) throws -> RebuiltStream {
        let reader = try WorkspaceReader(path)
        #expect(reader.problems == [])
        var plan = Rebuild()
        plan.movesTargets = false
        change(&plan)
        return try plan.run(reader.image)
    }

    var problems: [String] {
        get throws { try WorkspaceReader(path).problems.map(\.text) }
    }
}

@Suite struct WorkspaceTests {
    private static let records: [RecordBody] =
        host + [
            socket(2, descriptor: 9), watch(2, "/a", "t"), transaction(2, tx: 7), ring(3, of: 5, uniqueID: .max),
            node("/"), node("/a", "1", "n0,r5"), node("/a/b", "2", "n5"),
            pendingNode(2, tx: 7, "/a/p"), domain(5, ["nodes": 7]),
        ]

    // MARK: Unchanged

    @Test(arguments: Fixtures.cleanNames) func aCleanImageComesBackByteForByte(_ name: String) throws {
        let source = try Images.fixture(name)
        let writer = try WorkspaceWriter(source)
        let workspace = try Workspace(source)
        let stream = try workspace.build()
        #expect(stream.alterations.all == [])
        // One daemon leaves padding unset.
        if writer.alterations.all.isEmpty { #expect(stream.image.bytes == Fixtures.bytes(name)) }
        #expect(writer.alterations.all.map(\.kind) == (name == "xen-4.22-small.bin" ? [.padding] : []))
        #expect(stream.image.bytes.count == Fixtures.bytes(name).count)
    }

    @Test(arguments: 0..<24) func anyCleanImageOfAnyFormComesBackByteForByte(_ seed: Int) throws {
        let format = StreamFormat.all[seed % StreamFormat.all.count]
        var generator = StreamGenerator(seed: UInt64(seed), format: format)
        let clean = try Rebuild().run(EditableImage(generator.bodies(), format: format))
        let workspace = try Workspace(Images.source(clean.image.bytes, format.layout))
        #expect(
            try workspace.build { $0.movesTargets = true }.image.bytes == clean.image.bytes, "seed \(seed), \(format)")
    }

    @Test func oxenstoredsTextComesBackByteForByte() throws {
        let bytes = Fixtures.bytes("oxenstored-4.17-small.dump")
        let workspace = try Workspace(Images.source(bytes))
        let stream = try workspace.build()
        #expect(stream.alterations.all == [])
        #expect(stream.image.file == bytes)
        #expect(try workspace.build { $0.form.layout = .v1 }.image.format.layout == .v1)
    }

    @Test func theFileIsForItsOwnerAloneAndSaysWhatItIs() throws {
        let workspace = try Workspace(Self.records)
        #expect(Files.mode(workspace.path) == 0o600)
        #expect(try workspace.count("PRAGMA application_id") == 0x7873_7277)
        #expect(
            try workspace.count(
                "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'"
            ) == 0)
        #expect(try workspace.count("SELECT count(*) FROM pragma_foreign_key_check") == 0)
        #expect(try workspace.count("SELECT count(*) FROM sqlite_schema WHERE type IN ('view', 'trigger')") == 0)
        #expect(Files.list(workspace.folder.path) == ["work.db"])
    }

    // MARK: Changed

    @Test func rowsCanBeChangedRemovedAndAdded() throws {
        let workspace = try Workspace(Self.records)
        try workspace.run(
            """
            UPDATE nodes SET value = 'new' WHERE path = '/a';
            DELETE FROM nodes WHERE path = '/a/b';
            INSERT INTO nodes (path, value) VALUES ('/a/c/d', x'00FF');
            INSERT INTO connections (conn_id, type, socket_fd) VALUES (9, 'socket', 12);
            INSERT INTO watches (conn_id, path, token) VALUES (9, '@releaseDomain', 'w');
            INSERT INTO domains (domid) VALUES (6);
            INSERT INTO quotas (scope, domid, name, value) VALUES ('domain', 6, 'nodes', 8), ('default', NULL, 'nodes', 9);
            """)
        let stream = try workspace.build()
        #expect(
            try stream.bodies == [
                host[0], globalQuota(defaults: ["nodes": 9]), host[1], socket(2, descriptor: 9), watch(2, "/a", "t"),
                transaction(2, tx: 7), ring(3, of: 5, uniqueID: .max),
                socket(9, descriptor: 12), watch(9, "@releaseDomain", "w"), node("/"), node("/a", "new", "n0,r5"),
                node("/a/c", "", "n0,r5"),
                .node(NodeData(path: TerminatedString("/a/c/d"), value: [0, 0xFF], perms: permissions("n0,r5"))),
                pendingNode(2, tx: 7, "/a/p"), domain(5, ["nodes": 7]),
                domain(6, ["nodes": 8]),
            ])
        #expect(stream.alterations.lossCount == 0)
    }

    @Test func whatHangsOnARowGoesWithIt() throws {
        let workspace = try Workspace(Self.records)
        try workspace.run("DELETE FROM connections WHERE conn_id = 2")
        let gone = [
            socket(2, descriptor: 9), watch(2, "/a", "t"), transaction(2, tx: 7), pendingNode(2, tx: 7, "/a/p"),
        ]
        #expect(try workspace.build().bodies == Self.records.filter { !gone.contains($0) })
        try workspace.run(
            "UPDATE connections SET conn_id = 77 WHERE conn_id = 3; DELETE FROM nodes WHERE path = '/a'; DELETE FROM domains"
        )
        #expect(
            try workspace.build().bodies == host + [
                ring(77, of: 5, uniqueID: .max), node("/"), node("/a", "", "n0"), node("/a/b", "2", "n5"),
            ])
        #expect(try workspace.count("SELECT count(*) FROM perms") == 2)
        #expect(try workspace.count("SELECT count(*) FROM quotas") == 0)
    }

    @Test func theImageItselfCanBeChanged() throws {
        let workspace = try Workspace(Self.records)
        try workspace.run("UPDATE image SET layout = 'v2', byte_order = 'big', rw_socket_fd = -1")
        let stream = try workspace.build()
        #expect(stream.image.format == StreamFormat(layout: .v2, byteOrder: .big))
        #expect(try stream.bodies.first == .global(GlobalData(rwSocketFD: -1, secondFD: 6)))
        try workspace.run("UPDATE image SET rw_socket_fd = NULL")
        #expect(try !workspace.build().bodies.contains { $0.type == .globalData })
    }

    @Test func positionsSayTheOrderAndWhatIsReferredToComesFirst() throws {
        let workspace = try Workspace(host + [node("/"), node("/a"), node("/b"), node("/b/c")])
        try workspace.run("UPDATE nodes SET position = 100 - position")
        #expect(try workspace.build().bodies == host + [node("/"), node("/b"), node("/b/c"), node("/a")])
    }

    @Test(arguments: Layout.streams) func aWorkspaceBecomesAnyLayout(_ layout: Layout) throws {
        let workspace = try Workspace(Self.records + [deepWatch(2, "/a", "u", depth: 3)], .v2)
        let stream = try workspace.build { $0.form.layout = layout }
        #expect(stream.image.format.layout == layout)
        #expect(
            stream.kinds.subtracting([.order])
                == (layout == .v2 ? [] : layout == .v1 ? [.depth] : [.depth, .uniqueID, .evtchnFD, .domainData]))
    }

    @Test func whatAWorkspaceCannotHoldIsTold() throws {
        let unknown = ConnectionData.samples[2]
        let writer = try WorkspaceWriter(
            Images.make(
                host + [
                    .connection(unknown), watch(3, "/a", "t"),
                    .opaque(OpaqueData(type: RecordType(rawValue: 77), body: [1, 0, 0, 0, 0, 0, 0, 0])),
                ]))
        #expect(Set(writer.alterations.all.map(\.kind)) == [.connectionType, .noConnection, .unknownRecord])
    }

    // MARK: Checks

    /// Each is refused by the tables themselves.
    @Test(arguments: [
        "INSERT INTO image (image_id) VALUES (2)", "UPDATE image SET layout = 'v3'",
        "UPDATE image SET byte_order = 'middle'", "UPDATE image SET length_rule = 'x'",
        "UPDATE image SET rw_socket_fd = 2147483648", "UPDATE image SET evtchn_fd = -2147483649",
        "UPDATE image SET ro_socket_fd = 'x'",
        "UPDATE image SET source_sha256 = 'x'", "UPDATE connections SET conn_id = 0 WHERE conn_id = 3",
        "UPDATE connections SET conn_id = 4294967296 WHERE conn_id = 3",
        "UPDATE connections SET type = 'pipe'", "UPDATE connections SET domid = 65536 WHERE domid = 5",
        "UPDATE connections SET domid = -1 WHERE domid = 5",
        "UPDATE connections SET domid = NULL WHERE domid = 5", "UPDATE connections SET domid = 0 WHERE domid = 5",
        "UPDATE connections SET domid = 7 WHERE type = 'socket'",
        "UPDATE connections SET target_domid = 65536 WHERE domid = 5",
        "UPDATE connections SET target_domid = 32756 WHERE domid = 5",
        "UPDATE connections SET target_domid = 1 WHERE type = 'socket'",
        "UPDATE connections SET evtchn = 4294967296 WHERE domid = 5",
        "UPDATE connections SET evtchn = 1 WHERE type = 'socket'",
        "UPDATE connections SET socket_fd = 2147483648 WHERE type = 'socket'",
        "UPDATE connections SET socket_fd = 1 WHERE domid = 5",
        "UPDATE connections SET in_data = zeroblob(65536)", "UPDATE connections SET in_data = 'text'",
        "UPDATE connections SET out_data = NULL",
        "UPDATE connections SET out_resp_len = 1",
        "UPDATE connections SET out_data = zeroblob(70000), out_resp_len = 65536",
        "UPDATE connections SET out_resp_len = -1",
        "UPDATE connections SET flags = 4", "UPDATE connections SET flags = 2 WHERE type = 'socket'",
        "UPDATE connections SET revtchn = -1 WHERE domid = 5",
        "UPDATE connections SET levtchn = 4294967296 WHERE domid = 5",
        "UPDATE connections SET mfn = 1 WHERE type = 'socket'", "UPDATE watches SET conn_id = 99",
        "UPDATE watches SET path = NULL", "UPDATE watches SET path = 7",
        "UPDATE watches SET path = CAST(zeroblob(65535) AS TEXT)", "UPDATE watches SET token = 1.5",
        "UPDATE watches SET token = zeroblob(65535)", "UPDATE watches SET depth = 65536",
        "UPDATE watches SET depth = -1",
        "INSERT INTO transactions (conn_id, tx_id) VALUES (2, 7)",
        "INSERT INTO transactions (conn_id, tx_id) VALUES (99, 7)",
        "INSERT INTO transactions (conn_id, tx_id) VALUES (2, 4294967296)",
        "UPDATE nodes SET path = '' WHERE path = '/a'",
        "UPDATE nodes SET path = 'a' WHERE path = '/a'", "UPDATE nodes SET path = '/' WHERE path = '/a'",
        "UPDATE nodes SET path = 5 WHERE path = '/a'",
        "UPDATE nodes SET path = '/' || hex(zeroblob(32767))  WHERE path = '/a'", "UPDATE nodes SET value = NULL",
        "UPDATE nodes SET value = 3",
        "UPDATE nodes SET value = zeroblob(65536)", "UPDATE nodes SET conn_id = 0 WHERE path = '/a'",
        "UPDATE nodes SET conn_id = 2, tx_id = 8 WHERE path = '/a'",
        "UPDATE nodes SET tx_id = -1", "UPDATE nodes SET access = 65536", "UPDATE perms SET node_id = 99",
        "UPDATE perms SET position = -1",
        "UPDATE perms SET position = 65535", "UPDATE perms SET perm = 'x'", "UPDATE perms SET perm = 'rw'",
        "UPDATE perms SET domid = 65536",
        "UPDATE perms SET domid = -1", "UPDATE perms SET stale = 2", "INSERT INTO perms SELECT * FROM perms",
        "UPDATE domains SET domid = 65536",
        "UPDATE domains SET features = 4294967296", "UPDATE quotas SET scope = 'all'", "UPDATE quotas SET domid = 6",
        "UPDATE quotas SET domid = NULL",
        "UPDATE quotas SET scope = 'host'", "UPDATE quotas SET name = x'6100'", "UPDATE quotas SET name = 1",
        "UPDATE quotas SET value = 4294967296",
        "UPDATE quotas SET value = -1",
    ])
    func theTablesRefuseWhatNoStreamHolds(_ sql: String) throws {
        let workspace = try Workspace(Self.records)
        let error = #expect(throws: ArchiveError.self) { try workspace.run(sql) }
        let message = error?.description ?? ""
        #expect(["constraint", "datatype", "cannot store"].contains { message.contains($0) }, "\(message)")
    }
}

/// Workspaces whose checks somebody has got round.
@Suite struct HostileWorkspaceTests {
    private static let records: [RecordBody] =
        host + [
            socket(2, descriptor: 9), watch(2, "/a", "t"), transaction(2, tx: 7), node("/"), node("/a"),
            pendingNode(2, tx: 7, "/b"), domain(5, ["nodes": 7]),
        ]

    /// Each change, and what is said of it.
    @Test(arguments: [
        ("DELETE FROM image", "image, image_id 1: is missing; it holds the stream's layout"),
        ("INSERT INTO image (image_id) VALUES (2)", "image, image_id 2: is a second row; a workspace has one"),
        (
            "UPDATE image SET layout = 'v9'",
            "image, image_id 1, layout: \"v9\" is not one of draft, v1, v2, oxenstored, listing"
        ),
        (
            "UPDATE image SET rw_socket_fd = 2147483648",
            "image, image_id 1, rw_socket_fd: 2147483648 is not between -2147483648 and 2147483647"
        ),
        (
            "UPDATE connections SET conn_id = 0 WHERE conn_id = 1",
            "connections, conn_id 0, conn_id: 0 is not a valid conn_id; choose another number"
        ),
        (
            "UPDATE connections SET conn_id = -5 WHERE conn_id = 1",
            "connections, conn_id -5, conn_id: -5 is not between 0 and 4294967295"
        ),
        (
            "UPDATE connections SET type = 'pipe' WHERE conn_id = 1",
            "connections, conn_id 1, type: \"pipe\" is not one of ring, socket"
        ),
        ("UPDATE connections SET domid = NULL WHERE conn_id = 1", "connections, conn_id 1, domid: is NULL"),
        (
            "UPDATE connections SET domid = 65536 WHERE conn_id = 1",
            "connections, conn_id 1, domid: 65536 is not between 0 and 65535"
        ),
        (
            "UPDATE connections SET in_data = zeroblob(65536) WHERE conn_id = 1",
            "connections, conn_id 1, in_data: has 65536 bytes, but the field holds at most 65535"
        ),
        (
            "UPDATE connections SET out_resp_len = 3 WHERE conn_id = 1",
            "connections, conn_id 1, out_resp_len: 3 is more than the 0 bytes of out_data"
        ),
        (
            "UPDATE connections SET mfn = 3 WHERE conn_id = 1",
            "connections, conn_id 1, mfn: must be empty, as the layout v1 (in the table image) has no such field"
        ),
        ("UPDATE watches SET conn_id = 99", "watches, watch_id 1, conn_id: 99 is not in the table connections"),
        (
            "UPDATE watches SET token = zeroblob(65535)",
            "watches, watch_id 1, token: has 65535 bytes, but the field holds at most 65534"
        ),
        ("UPDATE watches SET path = 7", "watches, watch_id 1, path: 7 is neither a text nor a blob"),
        ("UPDATE watches SET depth = 70000", "watches, watch_id 1, depth: 70000 is not between 0 and 65535"),
        (
            "INSERT INTO transactions (conn_id, tx_id) VALUES (99, 7)",
            "transactions, conn_id 99 tx_id 7, conn_id: 99 is not in the table connections"
        ),
        ("UPDATE nodes SET path = 'a' WHERE path = '/a'", "nodes, node_id 2, path: \"a\" begins with neither / nor @"),
        ("UPDATE nodes SET path = x'2F' WHERE path = '/a'", "nodes, node_id 2, path: \"/\" is also in another row"),
        ("UPDATE nodes SET value = 5 WHERE path = '/a'", "nodes, node_id 2, value: 5 is neither a text nor a blob"),
        (
            "UPDATE nodes SET tx_id = 8 WHERE path = '/b'",
            "nodes, node_id 3, tx_id: 8 of connection 2 is not in the table transactions"
        ),
        (
            "UPDATE nodes SET conn_id = 99 WHERE path = '/b'",
            "nodes, node_id 3, conn_id: 99 is not in the table connections"
        ),
        ("UPDATE nodes SET access = -1 WHERE path = '/a'", "nodes, node_id 2, access: -1 is not between 0 and 65535"),
        (
            "UPDATE perms SET perm = 'x' WHERE node_id = 2",
            "perms, node_id 2 position 0, perm: \"x\" is not one of n, r, w, b"
        ),
        ("UPDATE perms SET stale = 2 WHERE node_id = 2", "perms, node_id 2 position 0, stale: 2 must be 0 or 1"),
        (
            "INSERT INTO perms VALUES (-4, 0, 'n', 0, 0)",
            "perms, node_id -4 position 0, node_id: -4 is not in the table nodes"
        ),
        (
            "INSERT INTO perms VALUES (77, 0, 'n', 0, 0)",
            "perms, node_id 77 position 0, node_id: 77 is not in the table nodes"
        ),
        ("UPDATE domains SET features = -1", "domains, domid 5, features: -1 is not between 0 and 4294967295"),
        ("UPDATE quotas SET domid = 9", "quotas, quota_id 1, domid: 9 is not in the table domains"),
        (
            "UPDATE quotas SET name = x'6100'",
            "quotas, quota_id 1, name: \"a\\x00\" contains a NUL, which would end the name"
        ),
    ])
    func aRowThatNoRecordHoldsIsTold(_ sql: String, _ message: String) throws {
        let workspace = try Workspace(Self.records)
        try workspace.run(sql, foreignKeys: false)
        #expect(try workspace.problems.first == message)
    }

    @Test func thousandsOfBadRowsAreCounted() throws {
        let workspace = try Workspace(Self.records)
        try workspace.run(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
                + "INSERT INTO watches (conn_id, path, token) SELECT 99, '/', CAST(i AS TEXT) FROM n",
            foreignKeys: false)
        let reader = try WorkspaceReader(workspace.path)
        #expect(reader.problems.count == 100)
        #expect(reader.problemCount == 5000)
    }

    @Test(arguments: [
        (
            "DROP TABLE watches; CREATE VIEW watches AS SELECT 1 AS watch_id, 1 AS position, 1 AS conn_id, '/' AS path, '' AS token, NULL AS depth",
            "has no table watches"
        ),
        ("DROP TABLE watches", "has no table watches"),
        ("ALTER TABLE nodes ADD COLUMN z TEXT AS (printf('%.*c', 1000000, 'x'))", "has a computed column, z"),
        ("ALTER TABLE nodes RENAME COLUMN value TO worth", "the file does not have the tables of a workspace"),
        ("PRAGMA user_version = 2", "has version 2"), ("PRAGMA application_id = 1", "is no workspace"),
    ])
    func otherTablesAreRefused(_ sql: String, _ part: String) throws {
        let workspace = try Workspace(Self.records)
        try workspace.run(sql, foreignKeys: false)
        let error = #expect(throws: ArchiveError.self) { try WorkspaceReader(workspace.path) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }

    /// Whatever bytes of the file are changed: it is refused, or read, and never more than that.
    @Test(arguments: 0..<80) func aDamagedFileIsNoTrouble(_ seed: Int) throws {
        let workspace = try Workspace(Self.records)
        var random = SeededGenerator(seed: UInt64(seed))
        var bytes = Files.read(workspace.path)
        for _ in 0..<(1 + random.below(20)) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
        if random.chance(20) { bytes.removeLast(random.below(bytes.count)) }
        Files.write(bytes, workspace.path)
        guard let reader = try? WorkspaceReader(workspace.path), reader.problemCount == 0 else { return }
        do { _ = try Rebuild().run(reader.image) } catch is ArchiveError {}
    }
}
