import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// Which images the rules keep: restic's rules, on capture times.
@Suite struct RetentionTests {
    /// An archive with an image for each time, in this order; nil: the time is unknown.
    private func fixture(_ times: [String?]) throws -> ArchiveFixture {
        let fixture = try ArchiveFixture()
        var generator = StreamGenerator(seed: 1, format: StreamFormat(layout: .v1), oddity: 0)
        let bytes = try generator.encode(generator.bodies(connections: 1, nodes: 3))
        for (index, time) in times.enumerated() { try fixture.store(bytes, "\(index)", at: time) }
        return fixture
    }

    /// `ID reasons` of what is kept, the newest first.
    private func kept(_ times: [String?], _ set: (inout Retention) -> Void) throws -> [String] {
        let fixture = try fixture(times)
        var retention = Retention()
        set(&retention)
        return try retention.verdicts(of: "main", in: fixture.archive).filter { !$0.reasons.isEmpty }
            .map { "\($0.image.imageID) \($0.reasons.joined(separator: ","))" }
    }

    private static let hours = [
        "2026-08-01T09:10:00Z", "2026-08-01T09:50:00Z", "2026-08-01T10:00:00Z", "2026-08-01T10:59:59.5Z",
        "2026-08-01T10:59:59Z", "2026-08-01T13:00:00Z",
    ]

    @Test func theNewestImageOfEachHourThatHasOneIsKept() throws {
        // 11 and 12 o'clock have no image, and do not count.
        #expect(try kept(Self.hours) { $0.hourly = 2 } == ["6 hourly", "4 hourly"])
        #expect(try kept(Self.hours) { $0.hourly = 3 } == ["6 hourly", "4 hourly", "2 hourly"])
    }

    @Test func aRuleThatCouldKeepMoreKeepsTheOldestToo() throws {
        #expect(try kept(Self.hours) { $0.hourly = 4 } == ["6 hourly", "4 hourly", "2 hourly", "1 oldest hourly"])
        #expect(try kept(["2026-08-01T09:10:00Z"]) { $0.daily = 4 } == ["1 daily"])
    }

    @Test func theNewestImagesAreKeptWhateverTheOrderOfImport() throws {
        let times = ["2026-08-03", "2026-08-01", "2026-08-02"].map { $0 + "T00:00:00Z" }
        #expect(try kept(times) { $0.last = 2 } == ["1 last", "3 last"])
    }

    @Test func rulesAddUp() throws {
        let reasons = try kept(Self.hours) {
            $0.last = 1
            $0.daily = 1
            $0.within = CalendarSpan("3h")
        }
        #expect(reasons == ["6 last,daily,within 3h", "4 within 3h", "5 within 3h"])
    }

    /// The newest image is not now; months are the calendar's.
    @Test func withinCountsBackFromTheNewestImage() throws {
        let times = ["2024-02-29T12:00:00Z", "2024-02-29T12:00:00.001Z", "2024-03-29T12:00:00Z"]
        #expect(try kept(times) { $0.within = CalendarSpan("1m") } == ["3 within 1m", "2 within 1m"])
        #expect(try kept(times) { $0.within = CalendarSpan("1m1h") }.count == 3)
        #expect(try kept(times) { $0.within = CalendarSpan("28d") } == ["3 within 28d"])
    }

    @Test func weeksBeginOnMonday() throws {
        // A Sunday, a Monday, and the Sunday after it; and a week over the end of a year.
        #expect(
            try kept(["2026-08-02T23:59:59Z", "2026-08-03T00:00:00Z", "2026-08-09T23:59:59Z"]) { $0.weekly = 2 }
                == ["3 weekly", "1 weekly"])
        #expect(
            try kept(["2024-12-30T00:00:00Z", "2025-01-05T00:00:00Z", "2025-01-06T00:00:00Z"]) { $0.weekly = 2 }
                == ["3 weekly", "2 weekly"])
    }

    @Test func anImageWithoutATimeIsKept() throws {
        #expect(
            try kept([nil, "2026-08-01T00:00:00Z", "2026-08-02T00:00:00Z"]) { $0.last = 1 }
                == ["3 last", "1 capture time unknown"])
    }

    @Test(arguments: [
        ("1y6m7d3h", "1y6m7d3h"), ("36h", "36h"), ("007d", "7d"), ("", nil), ("7", nil), ("d", nil), ("0d", nil),
        ("7D", nil), ("3h7d", nil), ("7d7d", nil), ("-1d", nil), ("1.5d", nil), ("10min", nil), ("999999h", nil),
        ("99999999999999999999h", nil), ("١d", nil),
    ])
    func aSpanIsReadAsResticReadsIt(_ text: String, _ expected: String?) {
        #expect(CalendarSpan(text)?.text == expected)
    }

    // MARK: Pruning

    /// The images that are left come out as they were, whichever go.
    @Test(arguments: 0..<8) func aPruneLeavesTheOthersAsTheyWere(round: Int) throws {
        let seed = UInt64(905 + round)
        var random = SeededGenerator(seed: seed)
        let fixture = try ArchiveFixture()
        var generator = StreamGenerator(seed: seed, format: StreamFormat(layout: .v1), oddity: 0)
        var bodies = generator.bodies(connections: 2, nodes: 80)
        var present: [Int64: [UInt8]] = [:]
        for step in 0..<30 {
            if step == 12 {
                // Nothing in common, so another chain.
                bodies = generator.bodies(connections: 2, nodes: 400)
            } else {
                for _ in 0..<4 { bodies.remove(at: 6 + random.below(bodies.count - 6)) }
                bodies += generator.bodies(connections: 1, nodes: 6).suffix(4)
            }
            let bytes = try generator.encode(bodies)
            present[try fixture.store(bytes, "image \(step)").imageID] = bytes
        }
        #expect(try fixture.count("SELECT count(*) FROM chain") > 1, "seed \(seed)")
        let gone = try fixture.archive.images().filter { _ in random.chance(60) }
        try Remover(fixture.archive).prune(gone, note: "prune --keep-last 1")
        for image in gone { present[image.imageID] = nil }
        #expect(try fixture.archive.images().map(\.imageID) == present.keys.sorted(), "seed \(seed)")
        for (id, bytes) in present { #expect(try fixture.bytes(ofImage: id) == bytes, "seed \(seed), image \(id)") }
        #expect(try fixture.problems() == [], "seed \(seed)")
        #expect(try fixture.count("SELECT count(*) FROM custody WHERE action = 'remove'") == Int64(gone.count))
    }

    @Test func theSpaceOfPrunedImagesIsGivenBack() throws {
        let fixture = try ArchiveFixture()
        var generator = StreamGenerator(seed: 7, format: StreamFormat(layout: .v1), oddity: 0)
        for number in 0..<6 {
            try fixture.store(generator.encode(generator.bodies(connections: 1, nodes: 800)), "\(number)")
        }
        let before = Files.read(fixture.path).count
        try Remover(fixture.archive).prune(Array(fixture.archive.images().dropLast()))
        let space = FreeSpace(fixture.archive)
        #expect(try space.isReturnable())
        #expect(try space.bytes() > Int64(before / 4))
        #expect(Files.read(fixture.path).count == before)
        var steps = 0
        try space.giveBack {
            steps += 1
            return steps <= 100
        }
        #expect(try space.bytes() == 0)
        #expect(Files.read(fixture.path).count < before * 3 / 4)
        #expect(try fixture.problems() == [])
    }
}
