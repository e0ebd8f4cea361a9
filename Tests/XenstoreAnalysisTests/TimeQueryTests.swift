import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The queries of the group time, on series of images.
@Suite struct TimeQueryTests {
    private func series(_ images: [[RecordBody]], name: String = "main") throws -> QueryAnswers {
        let answers = try QueryAnswers()
        for (index, bodies) in images.enumerated() {
            try answers.store(bodies, series: name, at: "2026-01-0\(index + 1)T00:00:00Z")
        }
        return answers
    }

    private func finds(_ name: String, _ answers: QueryAnswers, _ rows: [String]) throws {
        try finds(name, answers, [:], rows)
    }

    private func finds(_ name: String, _ answers: QueryAnswers, _ parameters: [String: String], _ rows: [String]) throws
    {
        #expect(!rows.isEmpty)
        #expect(try answers.rows(name, parameters).map(Self.shortened) == rows, "\(name)")
    }

    /// The row without the mark that its times are those of captures.
    private static func shortened(_ row: String) -> String {
        row.hasSuffix("|capture") ? String(row.dropLast("|capture".count)) : row
    }

    private func findsNothing(_ name: String, _ answers: QueryAnswers, _ parameters: [String: String] = [:]) throws {
        #expect(try answers.rows(name, parameters) == [], "\(name)")
    }

    private func day(_ number: Int) -> String { "2026-01-0\(number)T00:00:00Z" }

    @Test func pathHistoryFollowsAPathOverTheImages() throws {
        let answers = try QueryAnswers()
        let first = try answers.store([node("/a", "1", "n0")], name: "first", at: "2026-01-01T00:00:00Z")
        let other = try answers.store([node("/a", "2", "n0")], name: "other", series: "other")
        try answers.store([node("/b", "3")], name: "without")
        let last = try answers.store([node("/a", "2", "n0,r5")], name: "last")
        let rowsOfFirst = "\(first)|first|2026-01-01T00:00:00Z|1|n0"
        try finds(
            "path_history", answers, ["path": "/a"],
            [rowsOfFirst, "\(other)|other|NULL|2|n0", "\(last)|last|NULL|2|n0,r5"])
        try finds(
            "path_history", answers, ["path": "/a", "series": "main"], [rowsOfFirst, "\(last)|last|NULL|2|n0,r5"])
        try findsNothing("path_history", answers, ["path": "/c"])
    }

    @Test func theLastNodeOfAPathIsItsHistory() throws {
        let answers = try QueryAnswers()
        let image = try answers.store([node("/a", "1"), node("/a", "2")], name: "twice")
        try finds("path_history", answers, ["path": "/a"], ["\(image)|twice|NULL|2|n0"])
    }

    @Test func parametersThatLookLikeNumbersAreTakenAsWritten() throws {
        let answers = try QueryAnswers()
        let image = try answers.store([node("/a", "1"), node("12", "x")], name: "first", series: "007")
        try finds("path_history", answers, ["path": "/a", "series": "007"], ["\(image)|first|NULL|1|n0"])
        try finds("path_history", answers, ["path": "12"], ["\(image)|first|NULL|x|n0"])
    }

    @Test func aParameterThatIsNoNumberIsWrongUsage() throws {
        let answers = try QueryAnswers()
        #expect { try answers.rows("watch_heavy", ["image_id": "1", "least": "many"]) } throws: {
            ($0 as? ArchiveError)?.code == .usage
        }
    }

    @Test func firstLastSeenTellsEachLifetime() throws {
        let a = node("/a", "1")
        let answers = try series([
            [a], [a, node("/x")], [node("/x"), node("/a", "2")], [node("/x")], [a], [node("/a", "1", "n0,r5")],
        ])
        try answers.store([node("/a", "1")], series: "other", at: day(9))
        try finds(
            "first_last_seen", answers, ["path": "/a", "series": "main"],
            [
                "main|1|n0|1|\(day(1))|2|\(day(2))|2|changed", "main|2|n0|3|\(day(3))|3|\(day(3))|1|removed",
                "main|1|n0|5|\(day(5))|5|\(day(5))|1|changed", "main|1|n0,r5|6|\(day(6))|6|\(day(6))|1|now",
            ])
        #expect(try answers.rows("first_last_seen", ["path": "/a"]).count == 5)
        try findsNothing("first_last_seen", answers, ["path": "/b"])
    }

    @Test func domidReuseShowsNewDomainsUnderAnOldDomid() throws {
        let answers = try series([
            [ring(1, of: 0), ring(2, of: 5, uniqueID: 1), ring(3, of: 6)],
            [ring(1, of: 5, uniqueID: 2), ring(2, of: 0)],
            [ring(1, of: 0), ring(2, of: 6)],
        ])
        try finds(
            "domid_reuse", answers,
            ["main|5|1|2|new unique-id|2|\(day(2))", "main|6|NULL|NULL|was away|3|\(day(3))"])
        try findsNothing("domid_reuse", answers, ["series": "other"])
        try findsNothing("domid_reuse", try series([[ring(1, of: 5, uniqueID: 1)], [ring(4, of: 5, uniqueID: 1)], []]))
    }

    @Test func growthSumsUpBySubtreeAndOwner() throws {
        let before = [
            node("/"), node("/vm/u/x", "12"), node("/local/domain/5/data", "1", "n5"),
            node("/local/domain/5/b/c", "1", "n5"), node("/same", "s"),
        ]
        let after =
            [
                node("/"), node("/local/domain/5/data", "12345", "n5"), node("/local/domain/6", "", "n6"),
                node("/same", "s"), node("/libxl/6", "ab"),
            ]
            + [node("/local/domain/5/b/c", "1", "n6")]
        let pair = ["before_id": "1", "after_id": "2"]
        try finds(
            "growth", try series([before, after]), pair,
            [
                "subtree|/local/domain/6|1|15", "subtree|/libxl/6|1|10", "subtree|/vm/u|-1|-9",
                "subtree|/local/domain/5|0|4",
                "owner|6|2|35", "owner|5|-1|-16", "owner|0|0|1",
            ])
        try findsNothing("growth", try series([before, before + [ring(1, of: 4)]]), pair)
    }

    @Test func flappingCountsChangesOfValuesPermissionsAndPresence() throws {
        func image(_ value: String, _ perms: String = "n0", extra: [RecordBody] = []) -> [RecordBody] {
            [node("/"), node("/still", "s"), node("/f", value, perms)] + extra + (0..<20).map { node("/k\($0)") }
        }
        let answers = try series([
            image("1"), image("2"), image("2", "n0,r5"), image("1", extra: [node("/once")]), image("1"),
        ])
        try finds("flapping", answers, ["/f|3|2|\(day(4))", "/once|2|1|\(day(5))"])
        try finds("flapping", answers, ["top": "1"], ["/f|3|2|\(day(4))"])
        try findsNothing("flapping", try series([image("1"), image("1")]))
        // Images so unlike each other that they share nothing.
        let apart = try series([image("1"), [node("/other"), node("/f", "1")]])
        #expect(try apart.rows("flapping", [:]).contains("/still|1|1|\(day(2))|capture"))
        #expect(try !apart.rows("flapping", [:]).contains { $0.hasPrefix("/f|") })
    }

    @Test func domainLogTellsConnectionAndHome() throws {
        let home = [
            node("/local/domain/5", "", "n0,r5"), node("/local/domain/5/name", "g", "n0,r5"),
            node("/local/domain/50", "", "n0"),
        ]
        let answers = try series([
            [ring(1, of: 0)],
            [ring(1, of: 0), ring(2, of: 5, uniqueID: 8)] + home + [node("/local/domain/5/state", "1")],
            [ring(1, of: 0), ring(3, of: 5, uniqueID: 8)] + home + [node("/local/domain/5/state", "2")],
        ])
        try finds(
            "domain_log", answers, ["domid": "5"],
            [
                "main|connection|NULL|unique-id 8|NULL|2|\(day(2))|3|\(day(3))|now",
                "main|node|/local/domain/5||n0,r5|2|\(day(2))|3|\(day(3))|now",
                "main|node|/local/domain/5/name|g|n0,r5|2|\(day(2))|3|\(day(3))|now",
                "main|node|/local/domain/5/state|1|n0|2|\(day(2))|2|\(day(2))|changed",
                "main|node|/local/domain/5/state|2|n0|3|\(day(3))|3|\(day(3))|now",
            ])
        try findsNothing("domain_log", answers, ["domid": "7"])
    }

    @Test func liveUpdateLossShowsWhatIsMissingAfterwards() throws {
        var slow = ConnectionData(connID: 3, socketFD: 7)
        slow.outData = [1, 2]
        let before = [
            ring(1, of: 0), ring(2, of: 6, target: 5), .connection(slow), socket(4, descriptor: 8), ring(5, of: 5),
            watch(3, "/a", "t"), watch(2, "/a", "t"),
            transaction(5, tx: 9), node("/"), node("/a", "1"), node("/b", "", "n0"), node("/c", "x"),
        ]
        // The same store after the update, everything renumbered.
        let after = [
            socket(1, descriptor: 7), ring(2, of: 0), ring(3, of: 6), ring(4, of: 5), watch(3, "/a", "t"), node("/"),
            node("/a", "2"), node("/b", "", "n0,r5"),
        ]
        let pair = ["before_id": "1", "after_id": "2"]
        try finds(
            "live_update_loss", try series([before, after]), pair,
            [
                "buffer changed|socket 7|out|2|0", "connection lost|socket 8|NULL|NULL|NULL",
                "node changed|NULL|/a|1|2",
                "node changed|NULL|/b|n0|n0,r5", "node lost|NULL|/c|x|NULL", "target lost|domain 6|NULL|5|NULL",
                "transaction lost|domain 5|9|NULL|NULL", "watch lost|socket 7|/a|t|NULL",
            ])
        let kept = [ring(1, of: 0), ring(2, of: 5), watch(2, "/a", "t"), node("/"), node("/a", "1")]
        let renumbered = [ring(1, of: 5), ring(2, of: 0), watch(1, "/a", "t"), node("/"), node("/a", "1")]
        try findsNothing("live_update_loss", try series([kept, renumbered]), pair)
    }
}
