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
            for (index, name) in names.enumerated() {
                place.write(try image(seed: UInt64(10 * round + index), nodes: 800), name)
            }
            // The archive does not exist yet, so they also compete to create it.
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

    // MARK: Waiting

    /// Another process holds the archive for some seconds; what the program says and how it ends
    /// are on standard error.
    private func beside(_ place: Workplace, holding seconds: Int, _ command: String) -> Outcome {
        place.shell(
            "{ echo 'BEGIN EXCLUSIVE;'; sleep \(seconds); } | sqlite3 xsarchive.db & sleep 0.5; \"$0\" \(command) "
                + ">/dev/null; echo \"status $?\" >&2; wait"
        )
    }

    @Test(arguments: ["images", "import \(Fixtures.path("xen-4.17-seq-3.bin"))", "sql 'SELECT 1'", "verify"])
    func waitingForAnotherProcessHasABoundAndIsTold(_ command: String) {
        let place = Workplace.withSharedImages()
        let outcome = beside(place, holding: 3, command + " --wait 0.5")
        #expect(outcome.errorLines.count == 2, "\(outcome.errorText)")
        #expect(outcome.errorLines.last == "status 2")
        expectMessage(
            outcome.errorLines.first ?? "",
            containing: ["xsarchive.db: the archive is locked by another process (waited 0.5 seconds); try again"])
        #expect(!outcome.errorText.contains("database is locked"))
        expectDone(place.run("verify"))
    }

    @Test(arguments: [("0", ""), ("1", " (waited 1 second)")]) func theTimeOfWaitingIsSaidIfThereWasAny(
        _ seconds: String, _ text: String
    ) {
        let outcome = beside(Workplace.withSharedImages(), holding: 3, "images --wait \(seconds)")
        expectMessage(
            outcome.errorLines.first ?? "",
            containing: ["xsarchive.db: the archive is locked by another process\(text); try again"])
    }

    @Test func whoWaitsLongerThanASecondSaysSoAndThenGoesOn() {
        let outcome = beside(Workplace.withSharedImages(), holding: 3, "import \(Fixtures.path("xen-4.17-seq-3.bin"))")
        #expect(outcome.errorLines.count == 2, "\(outcome.errorText)")
        expectMessage(
            outcome.errorLines.first ?? "",
            containing: ["xsarchive.db: the archive is locked by another process; waiting up to 60 seconds"])
        #expect(outcome.errorLines.last == "status 0")
    }

    // MARK: Signals

    @Test(arguments: [SIGTERM, SIGINT, SIGKILL]) func anExportThatIsEndedLeavesNothingThatLooksLikeAResult(
        _ signal: Int32
    ) throws {
        let place = Workplace()
        place.write(try image(seed: 8, nodes: 3000), "big.bin")
        expectDone(place.run("import", "big.bin"))
        var random = SeededGenerator(seed: 11)
        for _ in 0..<6 {
            let running = place.start(["export", "@1", "-o", "out"])
            usleep(UInt32(random.below(150_000)))
            running.stop(with: signal)
            let outcome = running.outcome()
            #expect(outcome.ending == .exit(0) || outcome.ending == .signal(signal))
            #expect(
                place.names.filter {
                    $0 != "big.bin" && $0 != "xsarchive.db" && $0 != "out" && !$0.contains(".partial-")
                } == [])
            if place.names.contains("out") {
                expectBytes(place.bytes("out"), place.bytes("big.bin"))
                unlink(place.file("out"))
            }
        }
        expectDone(place.run("export", "@1", "-o", "out"))
        expectDone(place.run("verify"))
    }

    private func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
