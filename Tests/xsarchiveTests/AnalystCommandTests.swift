import TestSupport
import Testing

@testable import xsarchive

/// `domains`, `access` and `log`.
@Suite struct AnalystCommandTests {
    @Test func domainsAreListedWithWhatTheyUse() throws {
        let rows = try JSONText.lines(SharedArchive.run("domains", "@2", "--format", "jsonl"))
        #expect(rows.map { $0["domid"] as? Int } == [0, 1, 2, 3, 4, 5, 6])
        #expect(rows.allSatisfy { $0["state"] as? String == "live" })
        #expect(
            rows[1]["name"] as? String == "pv-web01" && rows[1]["nodes"] as? Int == 69
                && rows[1]["watches"] as? Int == 3)
        #expect(rows[4]["target"] as? Int == 3)
        #expect(rows[2]["pending_bytes"] as? Int == 991)
        #expect(rows[1]["quota"] as? String == "nodes" && rows[1]["used_percent"] as? Int == 6)
        let file = Workplace().run("domains", Fixtures.path("xen-4.17-small.bin"))
        expectDone(file)
        #expect(file.lines[0].hasSuffix("pending_bytes  highest_quota  percent_used"))
        expectBytes(file.output, SharedArchive.run("domains", "@2").output)
    }

    @Test func anAbsentDomainIsMarked() throws {
        let place = Workplace()
        var stream = HandmadeStream(nodes: [("/", "")])
        stream.owner = 9
        place.write(try stream.bytes(), "image")
        let rows = try JSONText.lines(place.run("domains", "image", "--format", "jsonl"))
        #expect(rows.map { $0["domid"] as? Int } == [0, 9])
        #expect(rows.map { $0["state"] as? String } == ["live", "absent"])
    }

    @Test func accessTellsWhatAndWhy() throws {
        let path = "/local/domain/3/device-model/state"
        func answer(_ domid: Int) throws -> [String?] {
            let outcome = SharedArchive.run("access", "@2", "--domain", "\(domid)", path, "--format", "jsonl")
            expectDone(outcome)
            let row = try JSONText.object(outcome.text)
            return [row["access"] as? String, row["reason"] as? String]
        }
        #expect(try answer(0) == ["both", "domain 0"])
        #expect(try answer(3) == ["r", "entry r3"])
        #expect(try answer(4) == ["both", "owner"])
        #expect(try answer(30000) == ["both", "default b4"])
        let all = try JSONText.lines(SharedArchive.run("access", "@2", "--domain", "3", "--format", "jsonl"))
        #expect(all.count > 1000)
        #expect(all.contains { $0["path"] as? String == path })
        expectFailure(
            SharedArchive.run("access", "@2", "--domain", "3", "/nope", "--format", "jsonl"), 2,
            "/nope: the image has no such node; 'xsarchive ls' lists its nodes")
        expectUsage(SharedArchive.run("access", "@2", "--domain", "x"), "'x' is invalid")
        expectUsage(SharedArchive.run("access", "@2"), "--domain")
    }

    private func heading(_ image: String, _ options: String...) -> String {
        let outcome = Workplace().run(
            ["access", Fixtures.path(image), "--domain", "6", "/local"] + options)
        expectDone(outcome)
        return outcome.lines.first ?? ""
    }

    @Test func accessNamesTheDaemonForWhichItAnswers() throws {
        #expect(
            heading("xen-4.17-small.bin")
                == "daemon: C xenstored 4.15 to 4.17, which wrote the image (the special nodes come before /)")
        #expect(
            heading("xen-4.20-small.bin")
                == "daemon: C xenstored 4.18 to 4.20, which wrote the image (version 1, and the special nodes come "
                + "after /)")
        #expect(heading("xen-4.22-small.bin").hasPrefix("daemon: C xenstored 4.22 or later, which wrote the image"))
        #expect(heading("oxenstored-4.17-small.dump").hasPrefix("daemon: oxenstored, which wrote the image"))
        #expect(
            heading("listings/xen-4.17-small.ls-fp.txt")
                == "daemon: unknown (a listing does not show the daemon); answers as C xenstored 4.18 to 4.21")
        #expect(
            heading("xen-4.17-small.bin", "--daemon", "oxenstored")
                == "daemon: oxenstored, as asked for; written by C xenstored 4.15 to 4.17")
        #expect(heading("xen-4.17-small.bin", "--after-restore").hasSuffix("/), after it has restored the image"))
        let row = try JSONText.object(
            Workplace().run(
                "access", Fixtures.path("xen-4.17-small.bin"), "--domain", "6", "/", "--format", "jsonl", "--daemon",
                "c-4.22"
            ).text)
        #expect(row["daemon"] as? String == "c-4.22")
    }

    /// The stub domain 6 comes before its target 5.
    @Test func aRestoreTakesATargetAway() throws {
        func access(_ options: String...) throws -> String? {
            let outcome = Workplace().run(
                [
                    "access", Fixtures.path("xen-4.17-small.bin"), "--domain", "6", "@releaseDomain", "--format",
                    "jsonl",
                ] + options)
            return try JSONText.object(outcome.text)["access"] as? String
        }
        #expect(try access() == "r")
        #expect(try access("--after-restore") == "none")
    }

    @Test func whatNoDaemonRestoresHasNoAnswerForAfterARestore() {
        func refusal(_ image: String, _ options: String...) -> String {
            let outcome = Workplace().run(
                ["access", Fixtures.path(image), "--domain", "6", "--after-restore"] + options)
            #expect(outcome.ending == .exit(64))
            return outcome.errorText
        }
        #expect(
            refusal("xen-4.22-small.bin", "--daemon", "c-4.17").contains(
                "C xenstored 4.15 to 4.17 refuses version 2; 'xsarchive rebuild --layout v1' converts"))
        #expect(
            refusal("listings/xen-4.17-small.ls-fp.txt").contains("no daemon restores an image that has only nodes"))
        #expect(
            refusal("xen-4.17-small.bin", "--daemon", "oxenstored").contains("oxenstored restores its own text only"))
        #expect(
            refusal("oxenstored-4.17-small.dump", "--daemon", "c-4.22").contains("a C xenstored restores no text"))
        expectUsage(Workplace().run("access", "x", "--domain", "6", "--daemon", "c-4.16"), "c-4.16")
        expectFailure(
            Workplace().run(
                "query", "access", "-i", Fixtures.path("xen-4.17-small.bin"), "-P", "domid=6", "-P", "daemon=c-4.16"),
            64, "query access: 'c-4.16' is not a daemon; did you mean c-4.17?")
    }

    private func series() -> Workplace {
        let place = Workplace()
        for day in 1...3 {
            expectDone(
                place.run(
                    "import", "--series", "h", "--captured-at", "2026-01-0\(day)",
                    Fixtures.path("xen-4.17-seq-\(day).bin")))
        }
        return place
    }

    @Test func aPathIsFollowedThroughItsLifetimes() throws {
        let place = series()
        let rows = try JSONText.lines(place.run("log", "/local/domain/3/memory/target", "--format", "jsonl"))
        #expect(rows.map { $0["value"] as? String } == ["1048577", "2097152"])
        #expect(rows.map { $0["first_seen"] as? String } == ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"])
        #expect(rows.map { $0["until"] as? String } == ["changed", "now"])
        #expect(rows.map { $0["images"] as? Int } == [1, 2])
        expectFailure(
            place.run("log", "/nope", "--format", "json").withoutOutput, 2,
            "/nope: not found in any image; 'xsarchive ls' lists an image's nodes")
        expectUsage(place.run("log"), "give one of a path, --domain or --vm")
        expectUsage(place.run("log", "/a", "--domain", "1"), "give one of a path, --domain or --vm")
    }

    @Test func aDomainIsFollowed() throws {
        let place = series()
        let rows = try JSONText.lines(place.run("log", "--domain", "11", "--series", "h", "--format", "jsonl"))
        #expect(rows.count == 98)
        #expect(rows.first?["what"] as? String == "connection")
        #expect(rows.allSatisfy { $0["first_image_id"] as? Int == 3 && $0["until"] as? String == "now" })
        #expect(place.run("log", "--domain", "11", "--series", "none").ending == .exit(2))
    }

    @Test func showSaysWhatConnectionsWaitFor() throws {
        let lines = SharedArchive.run("show", "@2").lines
        let start = try #require(lines.firstIndex(of: "waiting"))
        #expect(
            lines[(start + 1)...].prefix(4) == [
                "  domain 1: incomplete READ: 10 of 16 header bytes present",
                "  domain 2: 991 unread bytes: the rest of a message, 30 WATCH_EVENT; the first event is for "
                    + "\"data/tick30\"",
                "  domain 3: incomplete READ: 0 of 5 payload bytes present",
                "  socket 11: 15540 unread bytes: 375 WATCH_EVENT; the first event is for "
                    + "\"/local/domain/2/data/tick35\"",
            ])
        let sheet = try JSONText.object(SharedArchive.run("show", "@2", "--format", "json").text)
        let waiting = try #require(sheet["waiting"] as? [[String: Any]])
        #expect(waiting.count == 7)
        #expect((waiting[0]["requests"] as? [[String: Any]])?.first?["type"] as? String == "READ")
    }
}

extension Outcome {
    /// The outcome with an empty JSON table treated as no output.
    var withoutOutput: Outcome {
        Outcome(ending: ending, output: output == Array("[]\n".utf8) ? [] : output, errors: errors)
    }
}
