import Testing
import XenstoreStream

/// The queries of the group structure.
@Suite struct StructureQueryTests {
    @Test func structureShowsWhatImportHasFound() throws {
        let bodies = [node("/"), node("/a"), node("/a"), node("/b/c")]
        try finds(
            "structure", bodies,
            ["duplicate-node|error|3|\"/a\" occurs again", "missing-parent|error|4|\"/b/c\" has no parent"])
        try findsNothing("structure", [node("/"), node("/a"), transaction(9, tx: 1)])
    }

    @Test func replayLintTellsWhatARestoreWouldDo() throws {
        let bodies = [
            ring(1, of: 0), ring(2, of: 6, target: 5), ring(3, of: 5), transaction(2, tx: 4), node("/"),
            pendingNode(2, tx: 4, "/p"),
            node("/b/c"),
        ]
        let answers = try QueryAnswers()
        let rows = try answers.rows("replay_lint", ["image_id": try answers.store(bodies)])
        #expect(rows.contains("leaves out|target|domain 6 loses its target 5, which has no earlier connection"))
        #expect(rows.contains("leaves out|transaction|transaction 4 of connection 2"))
        #expect(rows.contains("takes otherwise|node|a node pending in a transaction becomes a committed node: /p"))
        #expect(rows.contains { $0.hasPrefix("gives up|node|") && $0.contains("/b/c") })
        #expect(rows.count == 4)
        try finds(
            "replay_lint",
            [
                ring(1, of: 0), node("/"), node("/a", "", "n9,r8"), node("/b", "", "n9"),
                node("@releaseDomain", "", "n0,r8"),
            ],
            [
                "gives up|owner|domain 9 owns 2 nodes and has no earlier connection (Xen 4.15.4, 4.16.3, 4.17 and "
                    + "later)",
                "takes otherwise|entry|1 entries for domain 8, which has no earlier connection, become stale (Xen "
                    + "4.15.4, 4.16.3, 4.17 and later)",
            ])
        try finds(
            "replay_lint", [ring(1, of: 0), transaction(1, tx: 4)],
            ["leaves out|transaction|transaction 4 of connection 1"])
        try findsNothing(
            "replay_lint", [ring(1, of: 0), ring(2, of: 5), ring(3, of: 6, target: 5), node("/"), node("/a")])
    }
}
