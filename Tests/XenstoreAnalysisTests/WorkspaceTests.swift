import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreAnalysis
@testable import XenstoreArchive

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
                "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict AND "
                    + "name NOT LIKE 'sqlite_%'"
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
            INSERT INTO quotas (scope, domid, name, value) VALUES ('domain', 6, 'nodes', 8), ('default', NULL, \
            'nodes', 9);
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
            "UPDATE connections SET conn_id = 77 WHERE conn_id = 3; DELETE FROM nodes WHERE path = '/a'; DELETE FROM "
                + "domains"
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
