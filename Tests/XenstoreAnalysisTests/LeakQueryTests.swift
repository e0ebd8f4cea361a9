import Testing
import XenstoreStream

/// The queries of the group leaks.
@Suite struct LeakQueryTests {
    @Test func deadGranteeShowsWhomAnEntryNamesThatIsNotIntroduced() throws {
        let nodes = [
            node("/a", "", "n0,r5"), node("/b", "", "n0,r6,w0"), node("/c", "", "n0,w7:stale"), node("/d", "", "n6"),
            pendingNode(2, tx: 1, "/p", "", "n0,r8"), node("/any", "", "n0,r32757"),
        ]
        try finds("dead_grantee", [ring(1, of: 0), ring(2, of: 5)] + nodes, ["6|r|/b|has no home"])
        try findsNothing("dead_grantee", [ring(2, of: 5)] + nodes)
        try findsNothing("dead_grantee", [ring(1, of: 0), ring(2, of: 5), ring(3, of: 6)] + nodes)
    }

    @Test func deadOwnerShowsNodesWhoseOwnerIsNotIntroduced() throws {
        let nodes = [
            node("/a", "1", "n5"), node("/c", "2", "n6,r5"), node("/b", "3", "b6"), node("/d", "4", "n0,r6"),
            pendingNode(2, tx: 1, "/p", "", "n8"),
        ]
        try finds(
            "dead_owner", [ring(1, of: 0), ring(2, of: 5)] + nodes,
            ["6|/b|3|b6|has no home", "6|/c|2|n6,r5|has no home"])
        try findsNothing("dead_owner", [ring(2, of: 5)] + nodes)
        try findsNothing("dead_owner", [ring(1, of: 0), ring(2, of: 5), ring(3, of: 6)] + nodes)
    }

    @Test func whatTheImagesSayOfAnAbsentDomainIsShown() throws {
        let answers = try QueryAnswers()
        try answers.store([ring(1, of: 0), ring(2, of: 6)], at: "2026-01-01T00:00:00Z")
        let bodies = [ring(1, of: 0), node("/a", "", "n6,r7"), node("/local/domain/7")]
        let image = try answers.store(bodies, at: "2026-01-02T00:00:00Z")
        #expect(
            try answers.rows("dead_owner", ["image_id": image]) == ["6|/a||n6,r7|has no home, was connected in @1"])
        #expect(try answers.rows("dead_grantee", ["image_id": image]) == ["7|r|/a|has a home"])
    }

    @Test func stalePermsShowsOwnersAndEntries() throws {
        let bodies = [node("/a", "", "n5:stale,r6"), node("/b", "", "n0,w5:stale"), node("/c", "", "n0,r5")]
        try finds("stale_perms", bodies, ["5|n|owner|/a", "5|w|entry|/b"])
        try findsNothing("stale_perms", [node("/c", "", "n0,r5")])
    }

    @Test func deadEmptyDirsShowsWhatBackendsLeaveBehind() throws {
        let bodies =
            Host.healthy + [
                node("/local/domain/0/backend/vif/8"), node("/local/domain/0/backend/vif/9"),
                node("/local/domain/0/backend/vif/9/0", "x"),
                node("/local/domain/5/data/vchan", "", "n5"), node("/local/domain/5/data/vchan/7", "", "n5"),
                node("/local/domain/5/data/vchan/6", "a value", "n5"), node("/local/domain/5/data/x8", "", "n5"),
                node("/local/domain/5/data/vchan/5", "", "n5"), node("/local/domain/5/data/0", "", "n5"),
            ]
        try finds(
            "dead_empty_dirs", bodies, ["7|/local/domain/5/data/vchan/7|n5", "8|/local/domain/0/backend/vif/8|n0"])
        try findsNothing("dead_empty_dirs")
        try findsNothing("dead_empty_dirs", Host.part)
    }
}
