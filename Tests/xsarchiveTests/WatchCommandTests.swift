import TestSupport
import Testing

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

    private func add(_ state: String, to place: Workplace, deadOwner: Bool = false) throws {
        var stream = HandmadeStream(nodes: [("/", ""), ("/a", ""), ("/a/state", state), ("/b", "b\(state)")])
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
