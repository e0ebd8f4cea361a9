import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// What the nodes of an image add up to, by owner and by directory.
@Suite struct NodeAccountsTests {
    private static let format = StreamFormat(layout: .v1)

    private func node(_ path: String, _ value: String = "", owner: UInt16 = 0) -> RecordBody {
        .node(
            NodeData(
                path: TerminatedString(path), value: Octets(value.utf8),
                perms: [Permission(perm: ASCII.n, domid: owner)]))
    }

    private func accounts(_ bodies: [RecordBody]) throws -> NodeAccounts {
        var writer = StreamWriter(header: Header(format: Self.format), format: Self.format)
        for body in bodies { try writer.write(body) }
        try writer.write(.opaque(OpaqueData(type: .end)))
        return try ScannedImage(bytes: writer.bytes, layout: .v1).nodeAccounts()
    }

    @Test func nodesPathsValuesPermissionsAndNamesOfChildrenAddUp() throws {
        let sums = try accounts([
            node("@releaseDomain", "x"), node("/"), node("/a", "12", owner: 5), node("/a/bcd", "3", owner: 7),
            node("/e", owner: 7),
        ])
        // A permission is 8 bytes; each name has a NUL.
        #expect(sums.owners[0] == .init(nodes: 1, bytes: 9, childBytes: 4, specialNodes: 1, specialBytes: 23))
        #expect(sums.owners[5] == .init(nodes: 1, bytes: 12, childBytes: 4))
        #expect(sums.owners[7] == .init(nodes: 2, bytes: 25))
        #expect(sums.owners.count == 3)
        #expect(sums.directories == [:])
    }

    @Test func theOrderOfTheNodesDoesNotMatter() throws {
        for seed in UInt64(0)..<50 {
            var random = SeededGenerator(seed: seed)
            var bodies = [node("/")]
            var paths = ["", "/a"]
            for number in 0..<random.below(300) {
                let parent = paths[random.below(paths.count)]
                let path = parent + "/" + String(repeating: "n", count: random.below(40)) + String(number)
                paths.append(path)
                bodies.append(
                    node(path, String(repeating: "v", count: random.below(9)), owner: UInt16(random.below(4))))
            }
            let sums = try accounts(bodies)
            #expect(try accounts(bodies.shuffled(using: &random)) == sums, "seed \(seed)")
            // Twice the same node: each counts, and each is in the list of each parent.
            #expect(
                try accounts(bodies + bodies).owners[0]?.nodes == sums.owners[0].map { 2 * $0.nodes }, "seed \(seed)")
        }
    }

    @Test func directoriesFromTwoKibibytesOnAreKept() throws {
        func names(_ count: Int) -> [RecordBody] { (0..<count).map { node("/d/\($0 + 1000)") } }
        #expect(try accounts([node("/"), node("/d")] + names(409)).directories == [:])
        let wide = [Octets("/d".utf8): NodeAccounts.Directory(children: 410, listBytes: 2050)]
        #expect(try accounts([node("/"), node("/d")] + names(410)).directories == wide)
        // A listing may lack the directory itself.
        #expect(try accounts(names(410)).directories == wide)
    }

    @Test(arguments: [
        ("/local/domain/5", 5), ("/local/domain/5/data/x", 5), ("/local/domain/0", 0),
        ("/local/domain/999999999", 999_999_999),
        ("/local/domain", -1), ("/local", -1), ("/", -1), ("/vm/5", -1), ("@releaseDomain", -1),
        ("/local/domains/5", -1),
        ("/local/domain/05", -2), ("/local/domain/5x/a", -2), ("/local/domain/5-", -2), ("/local/domain//5", -2),
        ("/local/domain/1234567890", -2), ("/local/domain/", -1),
    ]) func aHomeIsNamedByADomid(path: String, home: Int32) {
        #expect(Array(path.utf8).withUnsafeBytes { NodeAccounts.home(of: $0) } == home)
    }

    @Test func aHomeHasEachListOfPermissionsOnce() throws {
        let sums = try accounts([
            node("/"), node("/local"), node("/local/domain"), node("/local/domain/5", owner: 5),
            node("/local/domain/5/a", owner: 5), node("/local/domain/5/b"), node("/local/domain/5/c", owner: 5),
            node("/local/domain/x", owner: 6),
        ])
        func list(_ domid: UInt16) -> [UInt8] { PermissionList.raw([Permission(perm: ASCII.n, domid: domid)]) }
        #expect(
            sums.placements == [
                .init(home: -1, perms: list(0)), .init(home: 5, perms: list(5)), .init(home: 5, perms: list(0)),
                .init(home: -2, perms: list(6)),
            ])
    }

    @Test func extentsAreTheLargestOfGuestsAndTheDeepestOfAll() throws {
        let sums = try accounts([
            node("@releaseDomain"), node("/"), node("/a", "12345"), node("/a/bc", "123", owner: 5), node("/a/bc/d"),
        ])
        #expect(sums.extents == .init(depth: 3, numbered: 0, guestPath: 5, guestValue: 3, guestPerms: 1))
        #expect(try accounts([node("/"), node("/a", "1")]).extents == .init(depth: 1))
    }

    /// The children of /a and what is below them, apart by spaces.
    @Test(
        arguments: [
            ("7", 1), ("7 8", 2), ("7 7/0", 1), ("7 7/0 7/1", 2), ("7 7/x", 0), ("7 7/x 7/y", 0), ("x7", 0), ("7x", 0),
            // SQL does not see these names below the node.
            ("7 7/\u{e9}", 1), ("7 7/", 1),
        ] as [(String, Int64)]) func aNumberedNodeHasNoChildWithAnOrdinaryName(paths: String, count: Int64) throws
    {
        let bodies = [node("/"), node("/a")] + paths.split(separator: " ").map { node("/a/\($0)") }
        #expect(try accounts(bodies).extents.numbered == count)
        #expect(try accounts(bodies.reversed()).extents.numbered == count)
    }

    /// The lists of permissions by home, from the nodes themselves.
    private static let homesByNodes = """
        SELECT DISTINCT home || ' ' || permset_id FROM (
          SELECT CASE WHEN substr(p.path, 1, 14) <> '/local/domain/' OR length(p.path) = 14 THEN -1
                      WHEN h.name NOT GLOB '*[^0-9]*' AND h.name NOT GLOB '0?*' AND length(h.name) BETWEEN 1 AND 9
                      THEN CAST(h.name AS INTEGER) ELSE -2 END AS home, s.permset_id
          FROM image_gen g
          JOIN node_span s ON s.chain_id = g.chain_id
            AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
            AND (s.detail_id IS NULL OR s.detail_id IN committed_details)
          JOIN path p ON p.path_id = s.path_id
          JOIN (SELECT path_id, substr(path, 15, instr(substr(path, 15) || '/', '/') - 1) AS name FROM path) h
            ON h.path_id = p.path_id
          WHERE g.image_id = IMAGE)
        ORDER BY 1
        """

    /// The extents, from the nodes themselves.
    private static let extentsByNodes = """
        SELECT max(length(n.path) - length(replace(n.path, '/', ''))) || ' '
               || max(CASE WHEN n.owner <> 0 THEN length(n.path) ELSE 0 END) || ' '
               || max(CASE WHEN n.owner <> 0 THEN length(CAST(n.value AS BLOB)) ELSE 0 END) || ' '
               || max(CASE WHEN n.owner <> 0 THEN (SELECT count(*) FROM perms e WHERE e.image_id = n.image_id
                                                     AND e.record_id = n.record_id) ELSE 0 END)
        FROM nodes n WHERE n.image_id = IMAGE AND n.conn_id = 0
        """

    /// The sums by SQL, from the nodes themselves.
    private static let byNodes = """
        WITH tree AS MATERIALIZED (
          SELECT n.path, m.owner,
                 length(CAST(n.path AS BLOB)) + length(CAST(s.value AS BLOB)) + 2 * length(m.raw) AS bytes,
                 coalesce(nullif(rtrim(rtrim(n.path, replace(n.path, '/', '')), '/'), ''), '/') AS parent,
                 n.path >= '@' AND n.path < 'A' AS special
          FROM nodes n
          JOIN image_gen g ON g.image_id = n.image_id
          JOIN path p ON p.path = n.path
          JOIN node_span s ON s.chain_id = g.chain_id AND s.path_id = p.path_id AND s.ord = n.record_id
            AND g.gen >= s.first_gen AND (s.last_gen = 0 OR g.gen <= s.last_gen)
          JOIN permset m ON m.permset_id = s.permset_id
          WHERE n.image_id = IMAGE AND n.conn_id = 0
        )
        SELECT owner || ' ' || sum(nodes) || ' ' || sum(bytes) || ' ' || sum(names) || ' ' || sum(sn) || ' ' || sum(sb)
        FROM (
          SELECT owner, NOT special AS nodes, CASE WHEN special THEN 0 ELSE bytes END AS bytes, 0 AS names,
                 special AS sn, CASE WHEN special THEN bytes ELSE 0 END AS sb
          FROM tree
          UNION ALL
          SELECT d.owner, 0, 0, length(CAST(k.path AS BLOB)) - length(CAST(k.parent AS BLOB)) + (k.parent = '/'), 0, 0
          FROM tree k JOIN tree d ON d.path = k.parent WHERE CAST(k.path AS TEXT) GLOB '/?*'
        )
        WHERE owner IS NOT NULL GROUP BY owner ORDER BY owner
        """

    private static let stored = """
        SELECT a.domid || ' ' || a.nodes || ' ' || a.bytes || ' ' || a.child_bytes || ' ' || a.special_nodes || ' '
               || a.special_bytes
        FROM image_gen g
        JOIN account_span a ON a.chain_id = g.chain_id
          AND g.gen >= a.first_gen AND (a.last_gen = 0 OR g.gen <= a.last_gen)
        WHERE g.image_id = IMAGE ORDER BY a.domid
        """

    @Test func theTablesOfRealImagesSayWhatTheirNodesSay() throws {
        let fixture = try ArchiveFixture()
        for name in Fixtures.cleanNames { try fixture.store(Fixtures.bytes(name), name) }
        try fixture.store(Fixtures.bytes("oxenstored-4.17-small.dump"))
        try fixture.store(Fixtures.bytes("listings/xen-4.17-small.ls-fp.txt"))
        for image in try fixture.archive.images() {
            let id = String(image.imageID)
            let expected = try fixture.strings(Self.byNodes.replacing("IMAGE", with: id))
            #expect(!expected.isEmpty)
            #expect(try fixture.strings(Self.stored.replacing("IMAGE", with: id)) == expected, "\(image.label.name)")
            let homes = try fixture.strings(Self.homesByNodes.replacing("IMAGE", with: id))
            let stored = "SELECT home || ' ' || permset_id FROM placements WHERE image_id = \(id) ORDER BY 1"
            #expect(!homes.isEmpty)
            let extents = try fixture.strings(Self.extentsByNodes.replacing("IMAGE", with: id))
            let kept = "SELECT depth || ' ' || guest_path || ' ' || guest_value || ' ' || guest_perms FROM extents"
            #expect(try fixture.strings("\(kept) WHERE image_id = \(id)") == extents, "\(image.label.name)")
            #expect(try fixture.strings(stored) == homes, "\(image.label.name)")
        }
    }

    @Test(arguments: [
        "UPDATE account_span SET bytes = bytes + 1 WHERE domid = 3", "DELETE FROM account_span WHERE domid = 3",
        "UPDATE account_span SET last_gen = 1 WHERE domid = 3 AND last_gen = 0",
        "INSERT INTO account_span VALUES (1, 999, 1, 0, 1, 1, 0, 0, 0)",
        "INSERT INTO directory_span VALUES (1, '/local', 1, 0, 1, 5000)",
        "UPDATE account_span SET domid = domid + 65536 WHERE domid = 3",
        "UPDATE extent_span SET numbered = numbered + 1", "DELETE FROM extent_span",
        "INSERT INTO extent_span SELECT chain_id, first_gen + 1, last_gen, depth, numbered, guest_path, guest_value, "
            + "guest_perms FROM extent_span WHERE last_gen = 0",
        "DELETE FROM placement_span WHERE home = 3", "INSERT INTO placement_span VALUES (1, 999, 1, 1, 0)",
        "UPDATE placement_span SET last_gen = 1 WHERE home = 3 AND last_gen = 0",
        "INSERT INTO account_span SELECT chain_id, domid, first_gen + 1, last_gen, nodes, bytes, child_bytes, "
            + "special_nodes, special_bytes FROM account_span WHERE domid = 3 AND last_gen = 0",
    ]) func verifyNoticesAChangedSum(_ change: String) throws {
        let fixture = try ArchiveFixture()
        for number in 1...3 { try fixture.store(Fixtures.bytes("xen-4.17-seq-\(number).bin")) }
        #expect(try fixture.problems() == [])
        try fixture.archive.database.execute(change)
        let problems = try fixture.problems()
        #expect(
            problems.contains {
                $0.contains("_span differs from the nodes") || $0.contains("_span has rows for")
            },
            "\(problems)")
    }
}
