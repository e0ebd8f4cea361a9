import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreAnalysis
@testable import XenstoreArchive

/// Workspaces whose constraints were bypassed.
@Suite struct HostileWorkspaceTests {
    private static let records: [RecordBody] =
        host + [
            socket(2, descriptor: 9), watch(2, "/a", "t"), transaction(2, tx: 7), node("/"), node("/a"),
            pendingNode(2, tx: 7, "/b"), domain(5, ["nodes": 7]),
        ]

    /// Each change, and the message about it.
    @Test(arguments: [
        ("DELETE FROM image", "image, image_id 1: is missing; it holds the stream's layout"),
        ("INSERT INTO image (image_id) VALUES (2)", "image, image_id 2: is a second row; a workspace has one"),
        (
            "UPDATE image SET layout = 'v9'",
            "image, image_id 1, layout: \"v9\" is not one of draft, v1, v2, oxenstored, listing, tree, pairs, "
                + "oxenstored-debug, tdb, tdbdump"
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
        (
            "UPDATE coverage SET kind = 'all' WHERE kind = 'nodes'",
            "coverage, kind \"all\" root \"/\", kind: \"all\" is not one of nodes, permissions, stale, special, "
                + "connections, watches, transactions, pending, quotas"
        ),
        (
            "UPDATE coverage SET covered = 2 WHERE kind = 'nodes'",
            "coverage, kind \"nodes\" root \"/\", covered: 2 must be 0 or 1"
        ),
        (
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
                + "INSERT INTO coverage SELECT 'nodes', '/' || i, 1, i % 2 FROM n",
            "coverage, kind \"nodes\" root \"/18998\": is one of more than 10000 rows"
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
            "DROP TABLE watches; CREATE VIEW watches AS SELECT 1 AS watch_id, 1 AS position, 1 AS conn_id, '/' AS "
                + "path, '' AS token, NULL AS depth",
            "has no table watches"
        ),
        ("DROP TABLE watches", "has no table watches"),
        (
            "DROP TABLE coverage; CREATE VIEW coverage AS SELECT 'nodes' AS kind, '/' AS root, 1 AS includes_root, "
                + "1 AS covered", "has no table coverage"
        ),
        ("ALTER TABLE nodes ADD COLUMN z TEXT AS (printf('%.*c', 1000000, 'x'))", "has a computed column, z"),
        ("ALTER TABLE nodes RENAME COLUMN value TO worth", "the file does not have the tables of a workspace"),
        ("PRAGMA user_version = 2", "has version 2"), ("PRAGMA application_id = 1", "not an xsarchive workspace"),
    ])
    func otherTablesAreRefused(_ sql: String, _ part: String) throws {
        let workspace = try Workspace(Self.records)
        try workspace.run(sql, foreignKeys: false)
        let error = #expect(throws: ArchiveError.self) { try WorkspaceReader(workspace.path) }
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }

    /// Whichever bytes of the file are changed, it is either refused or read.
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
