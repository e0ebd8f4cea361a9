import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// A forecast passes over plain nodes in fewer steps than a daemon takes; it must see what following them byte by byte sees.
@Suite struct PlainNodeForecastTests {
    private func events(_ bytes: [UInt8], _ offsets: [Int], usesFastPath: Bool) -> [String] {
        var walk = XenstoredWalk(bytes: bytes, records: RestoreRecords(offsets: offsets), usesFastPath: usesFastPath)
        walk.run()
        return walk.events.map { "\($0.effect.rawValue) at \($0.offset), record \($0.record ?? 0): \($0.message)" }
    }

    private func offsets(_ bytes: [UInt8]) throws -> [Int] {
        var offsets: [Int] = []
        try ScannedImage(salvaging: bytes, layout: nil).forEachItem { _, item in
            if case .record(let record) = item, record.type != .end { offsets.append(record.offset) }
        }
        return offsets
    }

    private func expectSame(_ bytes: [UInt8], _ name: String) throws -> Int {
        let offsets = try offsets(bytes)
        let all = events(bytes, offsets, usesFastPath: false)
        #expect(events(bytes, offsets, usesFastPath: true) == all, "\(name)")
        return all.count
    }

    @Test func everyRestoredStreamHasTheSameForecast() throws {
        var count = 0
        for name in Files.list(Fixtures.path("restore")).sorted() where name.hasSuffix(".bin") {
            count += try expectSame(Fixtures.bytes("restore/\(name)"), name)
        }
        for name in Fixtures.cleanNames { count += try expectSame(Fixtures.bytes(name), name) }
        #expect(count > 200)
    }

    @Test func changedStreamsHaveTheSameForecast() throws {
        var count = 0
        for seed in UInt64(0)..<300 {
            var mutator = Mutator(seed: seed &+ 7_000_000)
            let (base, format) = try mutator.base()
            count += try expectSame(base, "seed \(seed)")
            count += try expectSame(mutator.mutate(base, format.byteOrder).bytes, "seed \(seed), changed")
        }
        #expect(count > 500)
    }
}
