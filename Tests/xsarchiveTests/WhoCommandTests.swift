import TestSupport
import Testing

/// Who made what changed, on the command line and in a report.
@Suite struct WhoCommandTests {
    private static let front = "/local/domain/5/device/vif/0"
    private static let back = "/local/domain/0/backend/vif/5/0"

    private static let log = [
        ("10:00:00.000", "A1", "write", "/local/domain/5/vm /vm/u-5"),
        ("10:00:00.100", "A1", "write", "\(front)/backend \(back)"), ("10:00:00.200", "A1", "write", "\(back)/state 2"),
        ("10:00:01.000", "D5", "write", "device/vif/0/state 4"), ("10:00:01.500", "A1", "write", "\(back)/state 4"),
        ("10:00:20.000", "D5", "write", "data/x <b>2"), ("10:00:21.000", "D5", "write", "/tool/password hunter2"),
        ("10:00:22.000", "A1", "rm", "/gone "), ("10:00:23.000", "D5", "write", "data/y 1"),
        ("10:01:30.000", "D5", "write", "data/y 2"),
    ]

    /// Two images with a log.
    private func place(withLog: Bool = true) throws -> Workplace {
        let place = Workplace()
        let common = [
            ("/", ""), ("/local", ""), ("/local/domain", ""), ("/local/domain/5", ""),
            ("/local/domain/5/vm", "/vm/u-5"),
            ("\(Self.front)/backend", Self.back), ("\(Self.front)/state", "4"), ("\(Self.back)/state", "4"),
        ]
        let older = common + [("/local/domain/5/data/x", "1"), ("/gone", ""), ("/quiet", "1"), ("/tool/password", "a")]
        let newer = common + [("/local/domain/5/data/x", "<b>2"), ("/quiet", "2"), ("/tool/password", "hunter2")]
        place.write(try HandmadeStream(nodes: older).bytes(), "older")
        place.write(try HandmadeStream(nodes: newer).bytes(), "newer")
        expectDone(place.run("import", "-q", "--captured-at", "2026-11-25T10:00:10Z", "older"))
        expectDone(place.run("import", "-q", "--captured-at", "2026-11-25T10:01:00Z", "newer"))
        if withLog {
            func padded(_ text: String, _ width: Int) -> String {
                text + String(repeating: " ", count: max(0, width - text.count))
            }
            let lines = Self.log.map { "[20261125T\($0)Z]  \(padded($1, 12)) \(padded($2, 9)) \($3)\n" }
            place.write(Array(lines.joined().utf8), "access.log")
            expectDone(place.run("import", "-q", "access.log"))
        }
        return place
    }

    // MARK: diff --who

    @Test func eachChangeSaysWhoMadeIt() throws {
        let place = try place()
        let outcome = place.run("diff", "@1", "@2", "--who")
        #expect(outcome.ending == .exit(1))
        let lines = outcome.lines
        func who(_ change: String) -> String? {
            lines.firstIndex { $0.contains(change) }.map { lines[$0 + 1] }
        }
        #expect(
            who("/data/x: ")
                == "    who: domain 5 (D5), write, 2026-11-25T10:00:20.000Z, log:1, line 6; certain")
        #expect(
            who("- /gone")
                == "    who: domain 0 (A1), rm, 2026-11-25T10:00:22.000Z, log:1, line 8; likely: the log does not "
                + "show that the removal succeeded")
        #expect(who("/quiet: ") == "    who: unknown: not in a log")
        #expect(!place.run("diff", "@1", "@2").text.contains("who"))
    }

    @Test(arguments: ["json", "jsonl"]) func theAuthorIsAMemberInJSON(_ format: String) throws {
        let outcome = try place().run(
            "diff", "@1", "@2", "--who", "--format", format, "--path", "/local/domain/5/data/x")
        let rows = format == "json" ? try JSONText.array(outcome.text) : try JSONText.lines(outcome)
        let who = try #require((rows.first?["who"] as? [[String: Any]])?.first)
        #expect(who["domid"] as? Int == 5 && who["connection"] as? String == "D5")
        #expect(who["operation"] as? String == "write" && who["certainty"] as? String == "certain")
        #expect(who["log_id"] as? Int == 1 && who["position"] as? Int == 6)
    }

    @Test func withoutALogEachChangeSaysSo() throws {
        let outcome = try place(withLog: false).run("diff", "@1", "@2", "--who")
        #expect(outcome.ending == .exit(1))
        let count = outcome.lines.count { $0 == "    who: unknown: no log covers the time: the series has none" }
        #expect(count == 4)
    }

    @Test func aSecretStaysOne() throws {
        let outcome = try place().run("diff", "@1", "@2", "--who", "--redact")
        #expect(!outcome.text.contains("hunter2"))
        #expect(outcome.text.contains("write, 2026-11-25T10:00:21.000Z"))
    }

    @Test func whatHasNoAuthorsIsRefused() throws {
        let place = try place()
        expectFailure(place.run("diff", "older", "@2", "--who"), 64, containing: ["two archived images"])
        expectFailure(place.run("diff", "@2", "@1", "--who"), 64, containing: ["@2 is newer than @1"])
        expectFailure(place.run("diff", "@1", "@2", "--who", "--stat"), 64, containing: ["leave out --stat"])
        expectFailure(place.run("blame", "@1", "--since", "@2"), 64, containing: ["@2 is newer than @1"])
    }

    @Test func blameShowsOnlyWhatChangedSinceAnImage() throws {
        let rows = try JSONText.lines(try place().run("blame", "@2", "--since", "@1", "--format", "jsonl"))
        #expect(
            rows.map { "\($0["path"] ?? "") \($0["what"] ?? "") \($0["certainty"] ?? "")" } == [
                "/gone removed likely", "/local/domain/5/data/x value certain", "/quiet value unknown",
                "/tool/password value certain",
            ])
        let named = try place().run("query", "log_blame", "-i", "@2", "-P", "before_id=@1", "--format", "jsonl")
        #expect(try JSONText.lines(named).count == 4)
    }

    // MARK: log --vm --events

    @Test func aGuestsEventsAreThoseOfItsDomids() throws {
        let place = try place()
        let rows = try JSONText.lines(place.run("log", "--vm", "u-5", "--events", "--format", "jsonl"))
        #expect(rows.map { $0["source"] as? String } == ["log:1, 1", "@1", "@2"])
        #expect(rows.allSatisfy { $0["domid"] as? Int == 5 })
        let none = place.run("log", "--vm", "none", "--events")
        #expect(none.ending == .exit(2) && none.errorText.contains("guest none: neither an image nor a log has it"))
    }

    // MARK: The report

    private func page(_ place: Workplace, _ arguments: String...) throws -> ReportPage {
        let outcome = place.run(["report"] + arguments)
        expectDone(outcome)
        return try ReportPage(outcome.output)
    }

    @Test func aReportHasEventsBesideImages() throws {
        let page = try page(try place(), "@1", "@2")
        let line = try #require(page.data["timeline"] as? [String: Any])
        let events = try #require(line["events"] as? [[Any]])
        #expect(events.map { $0[0] as? String } == [20, 21, 22, 23].map { "2026-11-25T10:00:\($0).000Z" })
        #expect(events.first?[7] as? String == "/local/domain/5/data/x")
        #expect((line["images"] as? [[Any]])?.map { $0[0] as? String } == ["@1 older", "@2 newer"])
        #expect((line["notes"] as? [String])?.first?.contains("requests that only read are not in it") == true)
        let who = try page.list("who")
        #expect(who.count == 4)
        let nodes = try page.nodes()
        let lines = Dictionary(
            uniqueKeysWithValues: try who.map { (nodes[try #require($0[0] as? Int)].path, $0[1] as? String) })
        #expect(lines["/local/domain/5/data/x"]??.hasPrefix("domain 5 (D5), write, ") == true)
        #expect(lines["/quiet"] == "unknown: not in a log")
    }

    @Test func aReportHasTheHandshakesOfDevices() throws {
        let page = try page(try place(), "@2")
        let handshakes = try page.list("handshakes")
        #expect(handshakes.count == 1)
        let steps = try #require(handshakes.first?[2] as? [[Any]])
        #expect(steps.map { "\($0[2]) \($0[5]) \($0[6])" } == ["backend 2 <null>", "frontend 4 0.8", "backend 4 0.5"])
        #expect(try page.list("who").isEmpty)
    }

    @Test func aReportWithoutALogHasNoneOfThis() throws {
        let place = try place(withLog: false)
        for page in [try page(place, "@1", "@2"), try page(place, "older", "newer")] {
            for name in ["timeline", "who", "handshakes"] { #expect(page.data[name] == nil, "\(name)") }
        }
    }

    @Test func aRedactedReportHasNoSecretOfALog() throws {
        let page = try page(try place(), "@1", "@2", "--redact")
        #expect(!page.text.contains("hunter2"))
        let events = try #require((page.data["timeline"] as? [String: Any])?["events"] as? [[Any]])
        #expect(events.contains { $0[7] as? String == "/tool/password" })
    }

    @Test func aLongLogIsCutAndThePageSaysSo() throws {
        let place = Workplace()
        place.write(try HandmadeStream(nodes: [("/", "")]).bytes(), "image")
        expectDone(place.run("import", "-q", "--captured-at", "2026-11-25T12:00:00Z", "image"))
        let lines = (0..<3000).map { number in
            let (minute, second) = (String(100 + number / 60 % 60).suffix(2), String(100 + number % 60).suffix(2))
            return "[20261125T10:\(minute):\(second).000Z]  D5           write     data/x \(number)\n"
        }
        place.write(Array(lines.joined().utf8), "access.log")
        expectDone(place.run("import", "-q", "access.log"))
        let line = try #require(try page(place, "@1").data["timeline"] as? [String: Any])
        #expect((line["events"] as? [[Any]])?.count == 2000)
        #expect((line["events"] as? [[Any]])?.last?[8] as? String == "2999")
        #expect((line["notes"] as? [String])?.first?.hasPrefix("Only the last 2000 changes") == true)
    }
}
