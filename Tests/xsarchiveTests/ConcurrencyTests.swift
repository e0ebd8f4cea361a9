import TestSupport
import Testing
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite struct ConcurrencyTests {
    private func image(seed: UInt64, nodes: Int) throws -> [UInt8] {
        var generator = StreamGenerator(seed: seed, format: StreamFormat(layout: .v1))
        return try generator.stream(connections: 20, nodes: nodes)
    }

    @Test func importsAtOnceAllSucceed() throws {
        for round in 0..<3 {
            let place = Workplace()
            let names = ["a.bin", "b.bin", "c.bin"]
            for (index, name) in names.enumerated() { place.write(try image(seed: UInt64(10 * round + index), nodes: 800), name) }
            // The archive is not there yet: they also meet in making it.
            let running = names.map { place.start(["import", $0]) }
            for outcome in running.map({ $0.outcome() }) {
                expectDone(outcome)
                #expect(outcome.text.hasSuffix("  stored\n"))
            }
            expectDone(place.run("verify"))
            for name in names { expectBytes(place.run("export", "@" + name).output, place.bytes(name), name) }
            #expect(place.names == names + ["xsarchive.db"])
        }
    }

    @Test func readersDoNotDisturbAnImport() throws {
        let place = Workplace.withSharedImages()
        place.write(try image(seed: 1, nodes: 1500), "big.bin")
        let running = place.start(["import", "big.bin"])
        for _ in 0..<5 {
            let outcome = place.run("export", "@2")
            expectDone(outcome)
            expectBytes(outcome.output, Fixtures.bytes("xen-4.17-small.bin"))
        }
        expectDone(running.outcome())
        expectDone(place.run("verify"))
    }

    @Test func aKilledImportLeavesTheArchiveWhole() throws {
        let place = Workplace()
        place.write(try image(seed: 2, nodes: 4000), "big.bin")
        expectDone(place.run("import", Fixtures.path("xen-4.17-small.bin")))
        let start = seconds()
        expectDone(place.run("import", "big.bin", "-a", "whole.db"))
        let duration = seconds() - start
        var random = SeededGenerator(seed: 3)
        var killed = 0
        for round in 0..<8 {
            let running = place.start(["import", "big.bin"])
            // Anywhere from the start to the end, so that some rounds hit the writing itself.
            usleep(UInt32(duration * Double(random.below(1000)) * 1000))
            running.stop()
            if running.outcome().ending == .signal(SIGKILL) { killed += 1 }
            let verdict = place.run("verify")
            expectDone(verdict)
            expectBytes(place.run("export", "@1").output, Fixtures.bytes("xen-4.17-small.bin"), "round \(round)")
        }
        #expect(killed > 0)
        let again = place.run("import", "big.bin")
        expectDone(again)
        expectBytes(place.run("export", "@big.bin").output, place.bytes("big.bin"))
        expectDone(place.run("verify"))
        #expect(place.names == ["big.bin", "whole.db", "xsarchive.db"])
    }

    @Test func aKilledFirstImportCanBeRepeated() throws {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<8 {
            let place = Workplace()
            let running = place.start(["import", Fixtures.path("xen-4.17-tiny.bin")])
            usleep(UInt32(random.below(40_000)))
            running.stop()
            _ = running.outcome()
            expectDone(place.run("import", Fixtures.path("xen-4.17-tiny.bin")))
            expectDone(place.run("verify"))
            expectBytes(place.run("export", "@1").output, Fixtures.bytes("xen-4.17-tiny.bin"))
        }
    }

    private func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
