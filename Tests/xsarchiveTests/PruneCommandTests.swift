import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// `prune` removes what no rule keeps, and nothing else.
@Suite struct PruneCommandTests {
    /// Images of the hours of a day in series `a`, one in `b`, and one in `a` without a time.
    private func place() throws -> Workplace {
        let place = Workplace()
        for hour in 10...15 {
            var stream = HandmadeStream(nodes: [("/", ""), ("/hour", "\(hour)")])
            for index in 0..<100 {
                stream.nodes.append((Array("/keep/\(index)".utf8)[...], Array("kept \(index)".utf8)[...]))
            }
            place.write(try stream.bytes(), "\(hour).bin")
            expectDone(
                place.run("import", "\(hour).bin", "--series", "a", "--captured-at", "2026-08-01T\(hour):00:00Z"))
        }
        expectDone(place.run("import", "10.bin", "--series", "b", "--captured-at", "2026-08-01T10:00:00Z"))
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "tiny.bin")
        expectDone(place.run("import", "tiny.bin", "--series", "a", "--time-from", "none"))
        return place
    }

    private static let rows = """
        series a
        @6  15.bin  2026-08-01T15:00:00Z  keep (last, hourly)
        @5  14.bin  2026-08-01T14:00:00Z  keep (hourly)
        @4  13.bin  2026-08-01T13:00:00Z  remove
        @3  12.bin  2026-08-01T12:00:00Z  remove
        @2  11.bin  2026-08-01T11:00:00Z  remove
        @1  10.bin  2026-08-01T10:00:00Z  remove
        @8  tiny.bin  at an unknown time  keep (capture time unknown)

        """

    @Test func eachImageIsListedWithTheReasonThatKeepsIt() throws {
        let place = try place()
        let before = place.bytes("xsarchive.db")
        let rehearsal = place.run("prune", "--keep-last", "1", "--keep-hourly", "2", "--series", "a", "--dry-run")
        #expect(rehearsal.ending == .exit(0))
        #expect(rehearsal.text == Self.rows)
        #expect(rehearsal.errorText == "xsarchive: --dry-run: would remove 4 of 7 images\n")
        expectBytes(place.bytes("xsarchive.db"), before)
        let outcome = place.run(
            "prune", "--keep-last", "1", "--keep-hourly", "2", "--series", "a", "--reason", "the plan")
        #expect(outcome.ending == .exit(0))
        #expect(outcome.text == Self.rows)
        #expect(outcome.errorText == "xsarchive: removed 4 of 7 images\n")
        #expect(
            place.sqlite("SELECT group_concat(image_id) FROM (SELECT image_id FROM images ORDER BY 1)").text
                == "5,6,7,8\n")
        expectDone(place.run("verify"))
        for (id, hour) in [(5, 14), (6, 15), (7, 10)] {
            expectBytes(place.run("export", "@\(id)").output, place.bytes("\(hour).bin"))
        }
        let entries = try JSONText.lines(place.run("custody", "--format", "jsonl")).filter {
            $0["action"] as? String == "remove"
        }
        #expect(Set(entries.compactMap { $0["image_id"] as? Int }) == [1, 2, 3, 4])
        #expect(
            entries.allSatisfy { $0["note"] as? String == "prune --keep-last 1 --keep-hourly 2: the plan" })
    }

    @Test func aPatternChoosesSeriesAndEachIsPrunedByItself() throws {
        let place = try place()
        #expect(place.run("prune", "--keep-last", "1", "--series", "b*", "--quiet").ending == .exit(0))
        #expect(place.sqlite("SELECT count(*) FROM images").text == "8\n")
        expectDone(place.run("prune", "--keep-last", "1", "--quiet"))
        #expect(
            place.sqlite("SELECT group_concat(image_id) FROM (SELECT image_id FROM images ORDER BY 1)").text
                == "6,7,8\n")
        expectDone(place.run("verify"))
        expectFailure(place.run("prune", "--keep-last", "1", "--series", "c"), 2, containing: ["no series matches c"])
    }

    @Test(arguments: [
        ([], "would remove everything"), (["--keep-last", "0"], "--keep-last requires a number from 1"),
        (["--keep-daily", "-1"], "keep-daily"), (["--keep-last", "many"], "many"),
        (["--keep-within", "soon"], "soon"), (["--keep-within", "0d"], "0d"),
        (["--keep-last", "1", "--dry-run", "--compact"], "--dry-run"),
    ])
    func wrongUsageRemovesNothing(_ options: [String], _ said: String) throws {
        let place = Workplace.withSharedImages()
        let before = place.bytes("xsarchive.db")
        expectUsage(place.run(["prune"] + options), said)
        expectBytes(place.bytes("xsarchive.db"), before)
    }

    /// Killed at any moment, it leaves a valid archive, and repeating it finishes it.
    @Test func aPruneThatWasKilledIsFinishedByTheNext() throws {
        let place = try place()
        let before = place.bytes("xsarchive.db")
        var random = SeededGenerator(seed: 11)
        for _ in 0..<8 {
            for name in place.names where name.hasPrefix("xsarchive.db") { unlink(place.file(name)) }
            place.write(before, "xsarchive.db")
            let running = place.start(["prune", "--keep-last", "1"])
            usleep(UInt32(random.below(120_000)))
            running.stop()
            _ = running.outcome()
            expectDone(place.run("verify"))
            expectDone(place.run("prune", "--keep-last", "1", "--quiet"))
            #expect(
                place.sqlite("SELECT group_concat(image_id) FROM (SELECT image_id FROM images ORDER BY 1)").text
                    == "6,7,8\n")
            expectBytes(place.run("export", "@6").output, place.bytes("15.bin"))
            expectDone(place.run("verify"))
        }
    }

    /// An archive of an earlier version keeps its free space, until it is compacted.
    @Test func anOldArchiveIsCompactedOnRequest() {
        let place = Workplace()
        place.write(Fixtures.bytes("archives/v002.db"), "xsarchive.db")
        #expect(place.run("prune", "--keep-last", "1", "--compact", "--quiet").ending == .exit(0))
        #expect(place.sqlite("PRAGMA auto_vacuum").text == "2\n")
        #expect(place.sqlite("PRAGMA freelist_count").text == "0\n")
        expectDone(place.run("verify"))
    }
}
