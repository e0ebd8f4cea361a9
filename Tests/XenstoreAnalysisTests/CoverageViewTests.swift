import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What the views show of an image that says less than everything.
@Suite struct CoverageViewTests {
    private let answers: QueryAnswers

    init() throws {
        answers = try QueryAnswers()
    }

    @Test func unknownPermissionsAreNull() throws {
        let id = try answers.storeListing(["/a = \"1\"", "/b = \"2\"   (n3,r4)"])
        #expect(
            try answers.rows(sql: "SELECT path, owner, perms, known FROM nodes WHERE image_id = \(id) ORDER BY path")
                == ["/a|NULL|NULL|whole", "/b|3|n3,r4|whole"])
        #expect(
            try answers.rows(sql: "SELECT path, perm, domid, stale FROM perms WHERE image_id = \(id) ORDER BY position")
                == ["/b|n|3|NULL", "/b|r|4|NULL"])
    }

    @Test func emptyPermissionsInAStreamAreNotUnknown() throws {
        let id = try answers.store([node("/", "v", "")])
        #expect(try answers.rows(sql: "SELECT perms, known FROM nodes WHERE image_id = \(id)") == ["|whole"])
    }

    @Test func aValueIsWholeCutOrUnknownAndTheMarkIsNoAccess() throws {
        let id = try answers.storeListing(["/a = \"1\"", "/b = \"2\"", "/c = \"\""], cut: ["/b"], unknown: ["/c"])
        #expect(
            try answers.rows(sql: "SELECT path, value, known, access FROM nodes WHERE image_id = \(id) ORDER BY path")
                == ["/a|1|whole|0", "/b|2|cut|0", "/c|NULL|unknown|0"])
    }

    /// Only a listing has the marks; a stream's node can have any access.
    @Test func oddAccessInAStreamIsNoMark() throws {
        var data = NodeData(path: TerminatedString("/a"), value: Octets("v".utf8), perms: [])
        data.access = 0xC001
        let id = try answers.store([.node(data)])
        #expect(
            try answers.rows(sql: "SELECT value, known, access FROM nodes WHERE image_id = \(id)")
                == ["v|whole|\(0xC001)"])
    }

    @Test func coverageIsListedByKindAndPath() throws {
        let id = try answers.storeListing(
            ["/vm/a = \"1\""], [Listings.subtree("/vm"), Listings.except("/vm/secret")])
        #expect(
            try answers.rows(
                sql: "SELECT kind, root, includes_root, covered FROM coverage WHERE image_id = \(id) ORDER BY root")
                == ["nodes|/vm|1|1", "nodes|/vm/secret|1|0"])
        #expect(
            try answers.rows(sql: "SELECT nodes, permissions, connections FROM covered_kinds WHERE image_id = \(id)")
                == ["1|0|0"])
    }

    @Test(arguments: [
        ("/", "host"), ("/local/domain/3", "part"),
    ])
    func aListingIsOfAHostIfItCoversTheRoot(_ root: String, _ scope: String) throws {
        let area = Coverage.Area(.nodes, root: Octets(root.utf8), includesRoot: false)
        let id = try answers.storeListing(["/local/domain/3/name = \"g\""], [area])
        #expect(try answers.rows(sql: "SELECT scope FROM scopes WHERE image_id = \(id)") == [scope])
    }

    @Test func domainsComeFromTheTreeWithoutConnections() throws {
        let id = try answers.storeListing([
            "/local/domain/0 = \"\"", "/local/domain/3/name = \"web\"", "/local/domain/3/vm = \"/vm/u\"",
            "/local/domain/x/name = \"no domid\"", "/local/domain/99999/name = \"no domid\"",
        ])
        #expect(
            try answers.rows(
                sql: "SELECT domid, name, conn_id, target_domid, unique_id, features FROM domains "
                    + "WHERE image_id = \(id) ORDER BY domid")
                == ["0|NULL|NULL|NULL|NULL|NULL", "3|web|NULL|NULL|NULL|NULL"])
        #expect(
            try answers.rows("domains", ["image_id": String(id)])
                == [
                    "0|live|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
                    "3|unknown|web|u|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL",
                ])
    }

    @Test func whatAnOwnerUsesIsKnownFromPermissionsAlone() throws {
        let id = try answers.storeListing(
            ["/a = \"1\"   (n3)", "/b = \"2\"   (n3)"], Listings.host + [Listings.subtree("/", .permissions)])
        #expect(
            try answers.rows(
                sql: "SELECT domid, state, nodes, watches, in_bytes FROM domain_usage WHERE image_id = \(id)")
                == ["3|unknown|2|NULL|NULL"])
    }

    @Test func accessToANodeWithUnknownPermissionsIsUnknown() throws {
        let id = try answers.storeListing(["/a = \"1\"", "/b = \"2\"   (n3)"])
        #expect(
            try answers.rows(
                sql: "SELECT path, domid, access, reason, perms FROM access WHERE image_id = \(id) "
                    + "AND domid IN (0, 3) ORDER BY path, domid")
                == [
                    "/a|0|both|domain 0|NULL", "/a|3|NULL|unknown permissions|NULL",
                    "/b|0|both|domain 0|n3", "/b|3|both|owner|n3",
                ])
    }

    @Test func nodesOutsideWhatTheOtherImageCoversAreNoChange() throws {
        let old = try answers.store([node("/"), node("/vm"), node("/vm/a"), node("/tool"), node("/vm/hidden/x")])
        let new = try answers.storeListing(
            ["/vm = \"\"", "/vm/new = \"\""], [Listings.subtree("/vm"), Listings.except("/vm/hidden")])
        #expect(
            try answers.rows(
                sql:
                    "SELECT change, path FROM node_changes WHERE before_id = \(old) AND after_id = \(new) ORDER BY path"
            )
                == ["removed|/vm/a", "added|/vm/new"])
        #expect(
            try answers.rows(
                sql:
                    "SELECT change, path FROM node_changes WHERE before_id = \(new) AND after_id = \(old) ORDER BY path"
            )
                == ["added|/vm/a", "removed|/vm/new"])
    }

    @Test func unknownPermissionsAndStaleMarksAreNoChange() throws {
        let old = try answers.store([node("/a", "1", "n0,r5:stale"), node("/b", "2", "n1"), node("/c", "3", "n2")])
        let new = try answers.storeListing(["/a = \"1\"   (n0,r5)", "/b = \"2\"", "/c = \"3\"   (n3)"])
        #expect(
            try answers.rows(
                sql: "SELECT path, old_perms, new_perms FROM node_changes "
                    + "WHERE before_id = \(old) AND after_id = \(new)") == ["/c|n2|n3"])
    }

    @Test func onlyWhatIsKnownOfAValueIsCompared() throws {
        let old = try answers.store(["/a", "/b", "/c", "/d"].map { node($0, "value", "n0") })
        let new = try answers.storeListing(
            ["/a = \"val\"", "/b = \"vax\"", "/c = \"\"", "/d = \"value and more\""], cut: ["/a", "/b", "/d"],
            unknown: ["/c"])
        #expect(
            try answers.rows(
                sql: "SELECT path, old_value, new_value FROM node_changes "
                    + "WHERE before_id = \(old) AND after_id = \(new) ORDER BY path")
                == ["/b|value|vax", "/d|value|value and more"])
    }

    @Test func aRelativeRootIsNoAbsolutePath() throws {
        let id = try answers.storeListing(
            ["/vif/0/state = \"4\""], [Coverage.Area(.nodes, root: [])], root: TreeRoot([], .unknown))
        #expect(try answers.rows(sql: "SELECT path FROM nodes WHERE image_id = \(id)") == ["vif/0/state"])
        #expect(try answers.rows(sql: "SELECT scope FROM scopes WHERE image_id = \(id)") == ["part"])
        #expect(try answers.rows(sql: "SELECT * FROM node_areas WHERE image_id = \(id)") == [])
        #expect(try answers.rows(sql: "SELECT * FROM domains WHERE image_id = \(id)") == [])
        for query in NamedQuery.all where query.parameters.filter(\.isRequired).map(\.name) == ["image_id"] {
            _ = try answers.rows(query.name, ["image_id": String(id)])
        }
    }
}
