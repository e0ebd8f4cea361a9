import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// Whatever the bytes of a log are, a state follows from it or is refused.
@Suite struct DamagedLogReplayTests {
    private static let names = [
        "oxenstored-4.17-script-all.log", "oxenstored-4.17-script-default.log", "xenstored-4.17-script-trace.log",
        "oxenstored-4.17-access.log",
    ]

    private func damaged(_ name: String, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = Fixtures.bytes("logs/" + name)
        for _ in 0..<random.below(8) {
            let place = random.below(bytes.count)
            switch random.below(5) {
            case 0: bytes.remove(at: place)
            case 1: bytes.insert(UInt8(random.below(256)), at: place)
            case 2: bytes[place] = [10, 13, 32, 41, 0, 92, 47, 64][random.below(8)]
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + random.below(300)))
            default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.below(300))], at: place)
            }
            if bytes.isEmpty { return bytes }
        }
        return bytes
    }

    @Test(arguments: names) func aDamagedLogGivesAStateOrAnError(_ name: String) throws {
        let form: LogForm = name.hasPrefix("xen") ? .trace : .access
        let whole = LogScan(Fixtures.bytes("logs/" + name), form)
        let times = whole.events.map(\.time).filter { $0 != LogEvent.noTime }
        let start = try #require(times.first)
        for seed in UInt64(0)..<40 {
            var random = SeededGenerator(seed: seed)
            let fixture = try ReplayFixture()
            let nodes = ["/a = 1 (n0)", "/local =  (n0)", "/local/domain =  (n0)", "/local/domain/3 =  (n3)"]
            try fixture.image(nodes, at: Moment.text(start + Int64(random.below(3)) * 500))
            try fixture.image(nodes, at: Moment.text((times.last ?? start) - 1000), name: "second")
            _ = try LogImporter(fixture.archive, run: 1).store(
                damaged(name, &random), form, label: ImageLabel(name: "log", series: "main"), from: Provenance())
            for text in ["@1@latest", "@main@latest", "@main@\(try Moment.text(start + 2000))"] {
                do {
                    let replayed = try fixture.replay(text)
                    #expect(replayed.image.coverage.covers(.stale) == false)
                } catch let error as ArchiveError {
                    #expect([.noSuchImage, .noSuchNode].contains(error.code), "seed \(seed): \(error)")
                }
            }
            try ReplayComparison.forEachPair(fixture.archive) { #expect($0.sameCount >= 0) }
        }
    }
}
