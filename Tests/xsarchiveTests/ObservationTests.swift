import TestSupport
import Testing

/// What an import takes for another observation, and the order of a series.
@Suite struct ObservationTests {
    private static let path = "/local/domain/0/backend/vif/2/0/state"
    private let first = Files.read(Fixtures.path("xen-4.17-seq-1.bin"))
    private let second = Files.read(Fixtures.path("xen-4.17-seq-2.bin"))

    private func pipe(_ place: Workplace, _ bytes: [UInt8], at time: String? = nil) -> Outcome {
        place.start(
            ["import", "--name", "host7", "--series", "host7"] + (time.map { ["--captured-at", $0] } ?? []) + ["-"],
            input: bytes
        ).outcome()
    }

    private func csv(_ place: Workplace, _ arguments: String...) -> [String] {
        let outcome = place.run(arguments + ["--format", "csv"])
        expectDone(outcome)
        return outcome.lines.map { $0.hasSuffix("\r") ? String($0.dropLast()) : $0 }
    }

    private func states(_ place: Workplace) throws -> [[String]] {
        let outcome = place.run("log", Self.path, "--format", "jsonl")
        expectDone(outcome)
        return try JSONText.lines(outcome).map { row in
            ["value", "first_image_id", "last_image_id", "until"].map { "\(row[$0] ?? "")" }
        }
    }

    @Test func theSameBytesAfterOthersAreAnObservationOfTheirOwn() throws {
        let place = Workplace()
        for bytes in [first, second, first] { expectDone(pipe(place, bytes)) }
        #expect(csv(place, "images").count == 4)
        #expect(
            try states(place) == [["4", "1", "1", "changed"], ["5", "2", "2", "changed"], ["4", "3", "3", "now"]])
        #expect(place.run("cat", "@latest", Self.path).text == "4\n")
        #expect(csv(place, "sql", "SELECT count(*) FROM stream") == ["count(*)", "2"])
        expectDone(place.run("verify", "--quiet"))
    }

    @Test func anUnchangedHostIsSeenAgain() throws {
        let place = Workplace()
        expectDone(pipe(place, first))
        let again = pipe(place, first)
        expectDone(again)
        #expect(again.text.hasPrefix("@1  host7  "))
        #expect(again.text.hasSuffix("  already imported, seen again\n"))
        #expect(csv(place, "sql", "SELECT image_id, last_seen >= imported_at FROM images").dropFirst() == ["1,1"])
        #expect(csv(place, "sql", "SELECT action, image_id FROM custody").dropFirst() == ["import,1", "seen,1"])
        let seen = csv(place, "sql", "SELECT last_seen FROM images")
        #expect(csv(place, "sql", "SELECT last_seen FROM node_lifetimes WHERE path = '\(Self.path)'") == seen)
        expectDone(place.run("verify", "--quiet"))
    }

    @Test func aFileThatWasNotWrittenSinceIsTheSameObservation() {
        let place = Workplace()
        for (name, bytes) in [("a", first), ("b", second)] { place.write(bytes, name) }
        expectDone(place.run("import", "a", "b"))
        let before = place.bytes("xsarchive.db")
        let again = place.run("import", "a", "b")
        expectDone(again)
        #expect(again.lines.allSatisfy { $0.hasSuffix("  already imported") })
        expectBytes(place.bytes("xsarchive.db"), before)
    }

    @Test func aFileThatWasWrittenAnewIsAnotherObservation() throws {
        let place = Workplace()
        for bytes in [first, second, first] {
            place.write(bytes, "state_dump")
            expectDone(place.run("import", "state_dump"))
        }
        #expect(csv(place, "images").count == 4)
        place.write(first, "state_dump")
        #expect(place.run("import", "state_dump").text.hasSuffix("  already imported, seen again\n"))
        #expect(csv(place, "images").count == 4)
    }

    @Test func theSameCaptureTimeIsTheSameObservation() {
        let place = Workplace()
        expectDone(pipe(place, first, at: "2026-08-01T10:00:00Z"))
        expectDone(pipe(place, second, at: "2026-08-01T11:00:00Z"))
        let before = place.bytes("xsarchive.db")
        #expect(pipe(place, first, at: "2026-08-01T10:00:00Z").text.hasSuffix("  already imported\n"))
        expectBytes(place.bytes("xsarchive.db"), before)
        #expect(
            pipe(place, first, at: "2026-08-01T12:00:00Z").text.hasSuffix("  duplicate content, new entry\n"))
    }

    @Test func anImageThatComesLateTakesItsPlace() throws {
        let place = Workplace()
        for (time, bytes) in [("10", first), ("12", second)] {
            expectDone(pipe(place, bytes, at: "2026-08-01T\(time):00:00Z"))
        }
        let third = Files.read(Fixtures.path("xen-4.17-seq-3.bin"))
        let late = pipe(place, third, at: "2026-08-01T09:00:00Z")
        #expect(late.ending == .exit(0))
        #expect(
            late.errorLines == [
                "xsarchive: @3 is older than @1, which the series had before; log, @latest and queries take them in "
                    + "the order of time"
            ])
        #expect(csv(place, "sql", "SELECT image_id FROM series_steps ORDER BY step").dropFirst() == ["3", "1", "2"])
        #expect(place.run("show", "@latest").text.contains("2026-08-01T12:00:00Z"))
        #expect(place.run("show", "@host7:~2").text.contains("2026-08-01T09:00:00Z"))
        #expect(try states(place).last == ["5", "2", "2", "now"])
        #expect(
            csv(place, "query", "path_history", "-P", "path=\(Self.path)").dropFirst().last?.hasPrefix("2,") == true)
        expectDone(place.run("verify", "--quiet"))
    }

    @Test func anImageSeenBeforeAndAfterALateOneHasTwoSteps() throws {
        let place = Workplace()
        expectDone(pipe(place, first, at: "2026-08-01T10:00:00Z"))
        expectDone(pipe(place, first))
        #expect(pipe(place, second, at: "2026-08-01T11:00:00Z").ending == .exit(0))
        #expect(csv(place, "sql", "SELECT image_id FROM series_steps ORDER BY step").dropFirst() == ["1", "2", "1"])
        #expect(
            try states(place) == [["4", "1", "1", "changed"], ["5", "2", "2", "changed"], ["4", "1", "1", "now"]])
        #expect(place.run("cat", "@latest", Self.path).text == "4\n")
        #expect(place.run("cat", "@latest~1", Self.path).text == "5\n")
        expectDone(place.run("verify", "--quiet"))
        expectDone(place.run("remove", "@2"))
        #expect(csv(place, "sql", "SELECT image_id FROM series_steps ORDER BY step").dropFirst() == ["1"])
        expectDone(place.run("verify", "--quiet"))
    }

    @Test func timesOfImportsAreMarked() throws {
        let place = Workplace()
        expectDone(pipe(place, first, at: "2026-08-01T10:00:00Z"))
        expectDone(pipe(place, second))
        let rows = try JSONText.lines(place.run("log", Self.path, "--format", "jsonl"))
        #expect(rows.map { $0["times"] as? String } == ["capture", "import"])
        let domain = try JSONText.lines(place.run("log", "--domain", "2", "--format", "jsonl"))
        #expect(domain.allSatisfy { ["capture", "import", "capture, import"].contains($0["times"] as? String) })
    }

    @Test(arguments: [
        ("DELETE FROM sighting", "seen again"), ("UPDATE sighting SET at = '2026-01-01T00:00:00Z'", "seen again"),
        ("UPDATE series_step SET step = 7", "series_step"), ("DELETE FROM series_step", "series_step"),
    ])
    func aChangedSightingOrStepShows(_ sql: String, _ part: String) {
        let place = Workplace()
        for _ in 0..<2 { expectDone(pipe(place, first)) }
        _ = place.sqlite(sql)
        let outcome = place.run("verify")
        #expect(outcome.ending == .exit(2))
        #expect((outcome.text + outcome.errorText).contains(part))
    }
}
