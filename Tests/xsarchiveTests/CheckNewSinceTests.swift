import Foundation
import TestSupport
import Testing

/// `check --new-since`, and the fields of findings.
@Suite struct CheckNewSinceTests {
    /// Two images of a series: in both a node of domain 9, which does not exist; in the second
    /// another one as well.
    private func place() throws -> Workplace {
        let place = Workplace()
        for (index, nodes) in [["/", "/old"], ["/", "/before", "/old", "/fresh"]].enumerated() {
            var stream = HandmadeStream(nodes: nodes.map { ($0, "") })
            stream.owner = 9
            place.write(try stream.bytes(), "night\(index + 1)")
            expectDone(
                place.run(
                    "import", "--series", "host7", "--captured-at", "2026-08-0\(index + 1)", "night\(index + 1)"))
        }
        return place
    }

    @Test func onlyWhatIsNewIsListedAndGivesStatusOne() throws {
        let place = try place()
        let outcome = place.run("check", "@host7:latest", "--new-since", "@host7:~1")
        #expect(outcome.ending == .exit(1))
        let owners = outcome.lines.filter { $0.contains("dead_owner") }
        #expect(owners.count == 2 && owners.contains { $0.contains("/fresh") })
        #expect(!owners.contains { $0.contains("/old") })
        #expect(outcome.lines.contains { $0.hasPrefix("  since @1 night1: ") && $0.hasSuffix(" known, 0 gone") })
        // The other way round nothing is new, and the same number is gone.
        let back = place.run("check", "@host7:~1", "--new-since", "@host7:latest")
        expectDone(back)
        #expect(back.lines[0].hasPrefix("@1 night1: nothing new"))
        #expect(back.lines.contains { $0.hasPrefix("  since @2 night2: 0 new, ") && !$0.hasSuffix(" 0 gone") })
        expectDone(place.run("check", "night1", "--new-since", "@1"))
        expectDone(place.run("check", "@2", "--new-since", "night2", "--severity", "info"))
    }

    @Test func theStatusFollowsFailOnForNewFindings() throws {
        let place = try place()
        let outcome = place.run("check", "@2", "--new-since", "@1", "--fail-on", "warning", "--severity", "error")
        #expect(outcome.ending == .exit(1))
        let calm = place.run("check", "@2", "--new-since", "@2", "--fail-on", "info")
        expectDone(calm)
        #expect(place.run("check", "@2", "--new-since", "@1", "-q").ending == .exit(1))
        #expect(place.run("check", "@2", "--new-since", "@1", "-q").output.isEmpty)
    }

    @Test func programsGetStateFieldsAndFingerprints() throws {
        let place = try place()
        let outcome = place.run("check", "@2", "--new-since", "@1", "--format", "jsonl")
        let rows = try JSONText.lines(outcome).filter { $0["rule"] as? String == "dead_owner" }
        #expect(rows.map { $0["state"] as? String } == ["new", "new"])
        #expect(rows.map { $0["path"] as? String } == ["/before", "/fresh"])
        let fields = rows.compactMap { $0["fields"] as? [String: Any] }
        #expect(fields.map { $0["owner"] as? Int } == [9, 9])
        #expect(fields.map { $0["perms"] as? String } == ["n9,r7", "n9,r7"])
        #expect(outcome.errorLines.contains { $0.hasPrefix("xsarchive: @2 night2: since @1 night1: ") })
        let csv = place.run("check", "@2", "--new-since", "@1", "--format", "csv").lines
        #expect(csv.first == "image,severity,rule,record,offset,message,expected,path,state\r")
        #expect(csv.contains { $0.hasSuffix(",/fresh,new\r") })
        let sarif = place.run("check", "@2", "--new-since", "@1", "--format", "sarif").text
        #expect(sarif.contains("\"baselineState\":\"new\"") && sarif.contains("since @1 night1: "))
        let all = place.run("check", "@1", "@2", "--format", "sarif").text
        #expect(!all.contains("baselineState"))
        // The same finding has the same fingerprint in both images.
        let prints = all.split(separator: "\"ruleAndSubject/v1\":\"").dropFirst().map { $0.prefix(64) }
        #expect(Set(prints).count < prints.count)
    }

    @Test func aRuleOfTheFormatSaysWhatItsRecordIs() throws {
        let rows = try JSONText.lines(
            Workplace().run(
                "check", "--severity", "info", "--format", "jsonl", Fixtures.path("xen-4.17-odd.bin")))
        let odd = try #require(rows.first { $0["rule"] as? String == "not-utf8" && $0["path"] as? String == "/high" })
        #expect((odd["fields"] as? [String: Any])?["path"] as? String == "/high")
        #expect(odd["state"] == nil || odd["state"] is NSNull)
    }

    @Test func domidsAreAListAndASentenceNamesThem() throws {
        let path = Fixtures.path("xen-4.17-seq-3.bin")
        let rows = try JSONText.lines(Workplace().run("check", "--format", "jsonl", path))
        let twin = try #require(rows.first { $0["rule"] as? String == "duplicate_identity" })
        let fields = try #require(twin["fields"] as? [String: Any])
        #expect(fields["domids"] as? [Int] == [0, 11])
        #expect(fields["what"] as? String == "event channel" && fields["value"] as? Int == 30)
        #expect(twin["message"] as? String == "domains 0 and 11 share the event channel 30")
    }

    @Test func anotherCoverageOrDamageIsSaid() throws {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-seq-3.bin"), "whole")
        place.write(Array(Fixtures.bytes("xen-4.17-seq-3.bin")[..<20000]), "cut")
        place.write(Fixtures.bytes("listings/xen-4.17-seq-3.ls-fp.txt"), "listing")
        let cut = place.run("check", "cut", "--new-since", "whole")
        #expect(cut.lines.contains { $0.contains("cut is damaged: what seems new or gone may come from that") })
        let listing = place.run("check", "whole", "--new-since", "listing", "--severity", "info")
        #expect(listing.lines.contains { $0.contains("listing and whole do not cover the same") })
        #expect(listing.text.contains("(not known whether it is new)"))
        #expect(listing.ending == .exit(1))
    }

    @Test func anImageToCompareWithThatIsMissingIsTrouble() throws {
        let place = try place()
        #expect(place.run("check", "@2", "--new-since", "@9").ending == .exit(2))
        #expect(place.run("check", "@2", "--new-since", "@host7:~2").ending == .exit(2))
        #expect(place.run("check", "@2", "--new-since", "missing").output.isEmpty)
    }
}
