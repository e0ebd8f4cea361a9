import TestSupport
import Testing

/// Lines of JSON for other programs.
@Suite struct PublishCommandTests {
    private func rows(_ place: Workplace, _ relation: String) throws -> [[String: Any]] {
        try String(decoding: place.bytes("out/\(relation).jsonl"), as: UTF8.self).split(separator: "\n").map {
            try JSONText.object(String($0))
        }
    }

    /// A series of three images, of which the last is the first again.
    private func archive() -> Workplace {
        let place = Workplace()
        for (name, hour) in [("xen-4.17-seq-1.bin", 1), ("xen-4.17-seq-2.bin", 2), ("xen-4.17-seq-1.bin", 3)] {
            expectDone(
                place.run(
                    "import", "--quiet", "--series", "host7", "--captured-at", "2026-08-01T0\(hour):00:00Z",
                    Fixtures.path(name)))
        }
        return place
    }

    @Test func everyImageItsChangesAndItsFindingsArePublished() throws {
        let place = archive()
        expectDone(place.run("publish", "out", "--quiet"))
        #expect(
            try rows(place, "images").map { $0["seen_at"] as? String } == [
                "2026-08-01T01:00:00Z", "2026-08-01T02:00:00Z", "2026-08-01T03:00:00Z",
            ])
        let identity = try #require(
            try JSONText.lines(place.run("custody", "--format", "jsonl")).first?["hash"] as? String)
        for relation in ["images", "changes", "findings"] {
            #expect(try rows(place, relation).allSatisfy { $0["archive_id"] as? String == identity })
        }
        let diff = try JSONText.lines(place.run("diff", "@1", "@2", "--format", "jsonl"))
        let second = try rows(place, "changes").filter { $0["seen_at"] as? String == "2026-08-01T02:00:00Z" }
        #expect(!diff.isEmpty && second.count == diff.count)
        #expect(second.map { $0["path"] as? String } == diff.map { $0["path"] as? String })
        let check = try JSONText.lines(
            place.run("check", "@1", "--severity", "info", "--format", "jsonl"))
        let found = try rows(place, "findings").filter { $0["image_id"] as? Int == 1 }
        #expect(!check.isEmpty && found.map { $0["message"] as? String } == check.map { $0["message"] as? String })
    }

    @Test func aSecondRunPublishesOnlyWhatIsNew() throws {
        let place = archive()
        expectDone(place.run("publish", "out", "--quiet"))
        let before = place.bytes("out/changes.jsonl")
        let again = place.run("publish", "out")
        expectDone(again)
        #expect(again.lines == ["nothing new"])
        #expect(place.bytes("out/changes.jsonl") == before)
        expectDone(
            place.run(
                "import", "--quiet", "--series", "host7", "--captured-at", "2026-08-01T04:00:00Z",
                Fixtures.path("xen-4.17-seq-3.bin")))
        expectDone(place.run("publish", "out", "--quiet"))
        #expect(place.bytes("out/changes.jsonl").starts(with: before))
        #expect(try rows(place, "images").count == 4 && (try rows(place, "manifest")).count == 2)
    }

    @Test func whatAStoppedRunHasLeftIsRemoved() {
        let place = archive()
        expectDone(place.run("publish", "out", "--quiet"))
        let whole = ["images", "changes", "findings", "manifest"].map { place.bytes("out/\($0).jsonl") }
        place.write(whole[1] + Array("{\"half\":".utf8), "out/changes.jsonl")
        place.write(whole[3] + Array("{\"layout\":1".utf8), "out/manifest.jsonl")
        expectDone(place.run("publish", "out", "--quiet"))
        #expect(["images", "changes", "findings", "manifest"].map { place.bytes("out/\($0).jsonl") } == whole)
    }

    @Test func aFileThatHasLostLinesIsRefused() {
        let place = archive()
        expectDone(place.run("publish", "out", "--quiet"))
        place.write(Array(place.bytes("out/changes.jsonl").dropLast(10)), "out/changes.jsonl")
        expectFailure(place.run("publish", "out"), 2, containing: ["out/changes.jsonl", "manifest.jsonl says"])
    }

    @Test func aManifestOfSomethingElseIsRefused() {
        let place = archive()
        for line in ["{}", "[1]", "no JSON", "{\"layout\":2,\"archive_id\":\"x\"}"] {
            expectDone(place.shell("rm -rf out; mkdir out; printf '%s\\n' '\(line)' > out/manifest.jsonl"))
            expectFailure(place.run("publish", "out"), 2, containing: ["out/manifest.jsonl", "line 1"])
            #expect(place.bytes("out/manifest.jsonl") == Array((line + "\n").utf8))
        }
    }

    @Test func theRecordsOfLogsArePublishedOnce() throws {
        let place = archive()
        let log = Fixtures.path("logs/oxenstored-access.log")
        expectDone(place.run("import", "--quiet", "--series", "host7", log))
        expectDone(place.run("publish", "out", "--quiet"))
        let events = try JSONText.lines(
            place.run("sql", "SELECT position, operation FROM events", "--format", "jsonl"))
        #expect(!events.isEmpty)
        let rows = try rows(place, "events")
        #expect(rows.map { $0["position"] as? Int } == events.map { $0["position"] as? Int })
        #expect(rows.map { $0["operation"] as? String } == events.map { $0["operation"] as? String })
        #expect(place.run("publish", "out").lines == ["nothing new"])
    }

    @Test func archivesShareADirectory() throws {
        let place = archive()
        expectDone(place.run("-a", "other.db", "import", "--quiet", Fixtures.path("xen-4.17-tiny.bin")))
        expectDone(place.run("publish", "out", "--quiet"))
        expectDone(place.run("-a", "other.db", "publish", "out", "--quiet"))
        #expect(Set(try rows(place, "images").compactMap { $0["archive_id"] as? String }).count == 2)
        #expect(place.run("publish", "out").lines == ["nothing new"])
    }

    @Test func sinceLeavesOutWhatWasImportedBefore() throws {
        let place = archive()
        expectDone(place.run("publish", "out", "--since", "@1", "--quiet"))
        #expect(try rows(place, "images").map { $0["image_id"] as? Int } == [2, 3])
    }

    @Test func aFullDiskIsSaidAndTheNextRunGoesOn() throws {
        let place = archive()
        let outcome = place.shell("ulimit -f 1; \"$0\" publish out --quiet")
        #expect(outcome.ending == .exit(2), "\(outcome.errorText)")
        #expect(place.bytes("out/manifest.jsonl").isEmpty)
        expectDone(place.run("publish", "out", "--quiet"))
        #expect(try rows(place, "images").count == 3)
    }
}
