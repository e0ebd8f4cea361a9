import Foundation
import TestSupport
import Testing
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// `watch` prints what is new in each image, once.
@Suite struct WatchCommandTests {
    /// A workplace with one image in series `s`.
    private func place() throws -> Workplace {
        let place = Workplace()
        try add("4", to: place)
        return place
    }

    private func add(_ state: String, to place: Workplace, deadOwner: Bool = false, more: [String] = []) throws {
        var stream = HandmadeStream(nodes: [("/", ""), ("/a", ""), ("/a/state", state), ("/b", "b\(state)")])
        stream.nodes += more.map { (Octets($0.utf8), Octets(($0.hasSuffix("name") ? "same" : "").utf8)) }
        stream.owner = deadOwner ? 9 : 0
        place.write(try stream.bytes(), "\(state).bin")
        #expect(place.run("import", "--quiet", "\(state).bin", "--series", "s").ending == .exit(0))
    }

    /// Starts a watch, and waits until it waits.
    private func watching(_ place: Workplace, _ options: String...) -> RunningCommand {
        let running = place.start(["watch", "--series", "s", "--every", "0.1s"] + options)
        running.waitForWords("waiting for what comes after")
        return running
    }

    @Test func aChangeAtAPathIsOneLine() throws {
        let place = try place()
        let running = watching(place, "--path", "/a", "--no-findings", "--exec", "cat >> seen")
        try add("5", to: place)
        running.waitForLines(1)
        try add("6", to: place)
        running.waitForLines(2)
        running.stop(with: SIGTERM)
        let outcome = running.outcome()
        #expect(outcome.ending == .exit(0))
        let events = try JSONText.lines(outcome)
        #expect(events.map { $0["event"] as? String } == ["change", "change"])
        #expect(events.map { $0["image_id"] as? Int } == [2, 3])
        let change = try #require(events.first?["change"] as? [String: Any])
        #expect(change["path"] as? String == "/a/state")
        #expect(String(decoding: place.bytes("seen"), as: UTF8.self) == outcome.text)
    }

    @Test func aNewFindingEndsItIfAsked() throws {
        let place = try place()
        let running = watching(place, "--fail-on", "warning")
        try add("5", to: place, deadOwner: true)
        let outcome = running.outcome()
        #expect(outcome.ending == .exit(1))
        let events = try JSONText.lines(outcome)
        #expect(events.count == 1)
        #expect(events.first?["event"] as? String == "finding")
        #expect(events.first?["rule"] as? String != nil)
    }

    /// Also the lists of domids in its fields.
    @Test func aFindingHasTheMembersThatCheckGives() throws {
        let place = try place()
        let running = watching(place)
        let twins = ["", "/domain", "/domain/3", "/domain/3/name", "/domain/4", "/domain/4/name"].map { "/local" + $0 }
        try add("5", to: place, more: twins)
        running.waitForLines(1)
        running.stop(with: SIGTERM)
        let events = try JSONText.lines(running.outcome())
        let findings = try JSONText.lines(place.run("check", "@2", "--format", "jsonl", "--severity", "warning"))
        #expect(!events.isEmpty)
        for var event in events {
            for name in ["event", "series", "image_id", "captured_at", "state"] { event[name] = nil }
            let same = findings.contains { finding in
                var finding = finding
                for name in ["image", "state"] { finding[name] = nil }
                return NSDictionary(dictionary: finding).isEqual(to: event)
            }
            #expect(same, "\(event)")
        }
        let lists = events.compactMap { ($0["fields"] as? [String: Any])?["domids"] }
        #expect(!lists.isEmpty && lists.allSatisfy { $0 is [Any] })
    }

    @Test func aNewRowOfAQueryIsOneLine() throws {
        let place = try place()
        let running = watching(place, "--query", "dead_owner", "--no-findings")
        try add("5", to: place, deadOwner: true)
        running.waitForLines(1)
        running.stop(with: SIGTERM)
        let events = try JSONText.lines(running.outcome())
        #expect(!events.isEmpty)
        #expect(events.allSatisfy { $0["query"] as? String == "dead_owner" })
    }

    @Test(arguments: [
        ([], "--series"), (["--series", "s", "--severity", "bad"], "bad"), (["--series", "s", "--path", ""], "--path"),
        (["--series", "s", "--no-findings"], "--no-findings requires"),
        (["--series", "s", "--no-findings", "--path", "/a", "--fail-on", "error"], "--fail-on"),
        (["--series", "s", "--every", "0"], "0"), (["--series", "s", "--exec", ""], "--exec"),
    ])
    func wrongUsageIsRefused(_ options: [String], _ said: String) {
        expectUsage(Workplace.withSharedImages().run(["watch"] + options), said)
    }

    @Test func whatIsNotThereIsSaid() {
        let place = Workplace.withSharedImages()
        expectFailure(place.run("watch", "--series", "none"), 2, containing: ["none"])
        expectFailure(place.run("watch", "--series", "main", "--query", "none"), 64, containing: ["none"])
        expectFailure(
            place.run("watch", "--series", "main", "--query", "guest_log"), 64, containing: ["reads all images"])
    }
}
