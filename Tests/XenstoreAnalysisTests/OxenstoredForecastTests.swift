import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What oxenstored of Xen 4.17 did with these texts, which it restored and of which it wrote its state again.
@Suite struct OxenstoredForecastTests {
    private static let plain = [
        "$xenstored-dump-format", "global,3", "evtchn-dev,5,3", "dom,0,0,2,30", "dom,1,1044476,1,31", "socket,7",
        "store,2f,6e30,", store("/tool", "n0", "t"),
    ]

    private static func hex(_ text: String) -> String {
        Hexadecimal.text(Octets(text.utf8))
    }

    private static func store(_ path: String, _ perms: String = "n0", _ value: String = "v") -> String {
        "store,\(hex(path)),\(hex(perms)),\(hex(value))"
    }

    private static func watch(_ connection: String, _ path: String) -> String {
        "watch,\(connection),\(hex(path)),74"
    }

    private func forecast(_ lines: [String], end: String = "\n") throws -> RestoreForecast {
        let text = lines.map { $0 + end }.joined()
        return try RestoreForecast(ScannedImage(bytes: Array(text.utf8), layout: .oxenstored))
    }

    @Test func whatItWroteItTakes() throws {
        let forecast = try RestoreForecast(ScannedImage(bytes: Fixtures.bytes("oxenstored-4.17-small.dump")))
        #expect(forecast.daemon == .oxenstored && forecast.effect == .accepts)
        #expect(try self.forecast(Self.plain).effect == .accepts)
    }

    @Test(arguments: [
        store("/a/b/c"), store("/p", "x0"), store("/p", ""), "store,2f6g,6e30,41", "store,2f61,6e30,41,42",
        "whatever,1,2", "", watch("9", "/a"), watch("-99", "/a"),
        watch("1", ""), watch("1", "//"), watch("1", "a b"), store("nopath"), store("/a b"), store("/a//b"),
        store("/a/"), store(""), "dom,32752,1,1,1", "dom,x,1,1,1",
        "socket,x", "socket,-5",
    ])
    func aLineIsLeftOut(_ line: String) throws {
        let forecast = try forecast(Self.plain + [line])
        #expect(forecast.events.map(\.effect) == [.skips], "\(forecast.events)")
        #expect(forecast.events.first?.record == 8)
    }

    @Test(arguments: [
        [store("/a"), store("/a/b")], [store("@releaseDomain")], [store("/@releaseDomain")], ["store,2F61,6E30,4A4B"],
        [watch("1", "a/b"), watch("1", "@foo"), watch("-7", "/")],
        ["dom,1,1044476,1,31"], [store("/o", "n77")], [store("/o", "n0\0r78")], ["dom,2,1044476,1"],
    ])
    func aLineIsTaken(_ lines: [String]) throws {
        #expect(try forecast(Self.plain + lines).effect == .accepts)
    }

    @Test func orderAndRepetitionCount() throws {
        #expect(try forecast(Self.plain + [Self.store("/a/b"), Self.store("/a")]).events.map(\.effect) == [.skips])
        #expect(
            try forecast(Self.plain + [Self.watch("1", "/a"), Self.watch("1", "/a")]).events.map(\.effect) == [.skips])
        #expect(try forecast(Self.plain + [Self.store("/tool")]).events.map(\.effect) == [.alters])
        var early = Self.plain
        early.insert(Self.watch("1", "/a"), at: 3)
        #expect(try forecast(early).events.map(\.effect) == [.skips])
    }

    @Test func whatIsMissingIsTold() throws {
        #expect(
            try forecast(Self.plain.filter { !$0.hasPrefix("global") && !$0.hasPrefix("evtchn") }).events.map(\.effect)
                == [.alters, .alters])
        #expect(try forecast(Self.plain.filter { !$0.hasPrefix("evtchn") }).events.map(\.effect) == [.alters])
        #expect(try forecast(Self.plain.map { $0 == "global,3" ? "global,3,4" : $0 }).effect == .accepts)
        #expect(try forecast(Array(Self.plain.dropFirst())).effect == .dies)
        #expect(try forecast([]).effect == .dies)
        #expect(try forecast(Self.plain, end: "\r\n").effect == .dies)
    }

    @Test func aListingIsNoMatterOfARestore() throws {
        let forecast = try RestoreForecast(ScannedImage(bytes: Fixtures.bytes("listings/xen-4.17-small.ls-fp.txt")))
        #expect(forecast.daemon == nil && forecast.events.isEmpty)
    }
}
