import TestSupport
import Testing

/// `images` of an archive with several series.
@Suite struct SeriesListTests {
    private static let columns = [
        "series", "images", "first_image_id", "first_name", "first_at", "last_image_id", "last_name", "last_at",
        "times", "size", "size_growth", "nodes", "node_growth", "last_seen",
    ]

    /// Of host7 a small image and then a tiny one; of host8 two images without a capture time, of
    /// which the newer one was seen again.
    private func place() -> Workplace {
        let place = Workplace()
        func add(_ fixture: String, _ name: String, _ series: String, _ options: String...) {
            let arguments = ["import", "-q", "--series", series, "--name", name] + options + ["-"]
            expectDone(place.start(arguments, input: Fixtures.bytes(fixture)).outcome())
        }
        add("xen-4.17-seq-1.bin", "old", "host8")
        add("xen-4.17-seq-2.bin", "new", "host8")
        add("xen-4.17-seq-2.bin", "new", "host8")
        add("xen-4.17-tiny.bin", "late", "host7", "--captured-at", "2026-08-01T12:00:00Z")
        add("xen-4.17-small.bin", "early", "host7", "--captured-at", "2026-08-01T10:00:00Z")
        return place
    }

    private func rows(_ place: Workplace, _ arguments: String...) throws -> [[String: Any]] {
        try JSONText.lines(place.run(["images", "--format", "jsonl"] + arguments))
    }

    @Test func severalSeriesHaveARowEach() throws {
        let rows = try rows(place())
        #expect(rows.map { $0["series"] as? String } == ["host7", "host8"])
        #expect(rows.map { $0["images"] as? Int } == [2, 2])
        #expect(rows.map { $0["first_image_id"] as? Int } == [4, 1])
        #expect(rows.map { $0["first_name"] as? String } == ["early", "old"])
        #expect(rows.map { $0["last_image_id"] as? Int } == [3, 2])
        #expect(rows.map { $0["last_name"] as? String } == ["late", "new"])
        #expect(rows.map { $0["times"] as? String } == ["capture", "import"])
        #expect(rows[0]["first_at"] as? String == "2026-08-01T10:00:00Z")
        #expect(rows[0]["last_at"] as? String == "2026-08-01T12:00:00Z")
        #expect(rows[0]["last_seen"] is String == false && rows[1]["last_seen"] is String)
        #expect(rows.allSatisfy { Set($0.keys) == Set(Self.columns) })
    }

    @Test func theGrowthIsThatOfTheLastImageSinceTheFirst() throws {
        let rows = try rows(place())
        let sizes = ["xen-4.17-small.bin", "xen-4.17-tiny.bin", "xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin"]
            .map { Fixtures.bytes($0).count }
        #expect(rows.map { $0["size"] as? Int } == [sizes[1], sizes[3]])
        #expect(rows.map { $0["size_growth"] as? Int } == [sizes[1] - sizes[0], sizes[3] - sizes[2]])
        #expect(rows.map { $0["nodes"] as? Int } == [5, 1896])
        #expect(rows.map { $0["node_growth"] as? Int } == [5 - Self.nodesOfSmall, -1])
    }

    private static let nodesOfSmall = 1136

    @Test func theTextHasALineForEachSeries() {
        let outcome = place().run("images")
        expectDone(outcome)
        #expect(outcome.lines[0].split(separator: " ").map(String.init) == Self.columns)
        #expect(outcome.lines.count == 3)
        #expect(
            outcome.lines[1].split(separator: " ").prefix(5) == ["host7", "2", "4", "early", "2026-08-01T10:00:00Z"])
        #expect(outcome.lines[1].hasSuffix(" -"))
    }

    @Test func theCSVHasAHeadingAndALineForEachSeries() {
        let outcome = place().run("images", "--format", "csv")
        expectDone(outcome)
        #expect(outcome.lines.first == Self.columns.joined(separator: ",") + "\r")
        #expect(outcome.lines.count == 3)
    }

    @Test func theSeriesOfTheNewestObservationIsTheLast() throws {
        let place = place()
        let arguments = ["import", "-q", "--series", "host6", "--captured-at", "2026-07-01", "--name", "x", "-"]
        expectDone(place.start(arguments, input: Fixtures.bytes("xen-4.17-odd.bin")).outcome())
        #expect(try rows(place).map { $0["series"] as? String } == ["host6", "host7", "host8"])
        let again = ["import", "-q", "--series", "host6", "--captured-at", "2099-01-01", "--name", "y", "-"]
        _ = place.start(again, input: Fixtures.bytes("xen-4.17-tiny.bin")).outcome()
        #expect(try rows(place).map { $0["series"] as? String } == ["host7", "host8", "host6"])
    }

    @Test func timesOfBothKindsAreNamedInTheirOrder() throws {
        let place = place()
        let arguments = ["import", "-q", "--series", "host7", "--name", "newest", "-"]
        expectDone(place.start(arguments, input: Fixtures.bytes("xen-4.17-odd.bin")).outcome())
        let row = try #require(try rows(place).last)
        #expect(row["series"] as? String == "host7" && row["times"] as? String == "capture, import")
    }

    @Test func anImageWithTwoPlacesInItsSeriesCountsOnce() throws {
        let place = Workplace()
        for (name, time) in [("tiny", nil), ("tiny", nil), ("small", "2026-08-01")] {
            let options = time.map { ["--captured-at", $0] } ?? []
            expectDone(
                place.start(
                    ["import", "-q", "--series", "a", "--name", name] + options + ["-"],
                    input: Fixtures.bytes("xen-4.17-\(name).bin")
                ).outcome())
        }
        expectDone(place.run("import", "--series", "b", Fixtures.path("xen-4.17-odd.bin")))
        // As if another image had been captured between the two times at which @1 was seen.
        let change = """
            UPDATE image SET imported_at = '2026-07-01T00:00:00Z' WHERE image_id = 1;
            DELETE FROM series_step; INSERT INTO series_step SELECT * FROM observed_steps;
            DELETE FROM series_run; INSERT INTO series_run SELECT * FROM observed_runs;
            """
        expectDone(place.sqlite(change))
        #expect(place.sqlite("SELECT count(*) FROM series_steps WHERE series = 'a'").text == "3\n")
        let row = try #require(try rows(place).first)
        #expect(row["images"] as? Int == 2 && row["last_image_id"] as? Int == 1)
    }

    @Test func allListsEveryImageOfEverySeries() throws {
        let rows = try rows(place(), "--all")
        #expect(rows.map { $0["image_id"] as? Int } == [1, 2, 3, 4])
        #expect(rows.map { $0["series"] as? String } == ["host8", "host8", "host7", "host7"])
    }

    @Test func aSeriesIsListedImageByImage() throws {
        let rows = try rows(place(), "--series", "host7")
        #expect(rows.map { $0["name"] as? String } == ["late", "early"])
    }

    @Test func ofTheOnlySeriesEveryImageIsListed() {
        #expect(SharedArchive.run("images").output == SharedArchive.run("images", "--all").output)
    }

    @Test func anArchiveWithoutImagesHasAHeadingOnly() {
        let place = Workplace()
        expectDone(place.run("import", "-q", Fixtures.path("xen-4.17-tiny.bin")))
        expectDone(place.run("remove", "-q", "@1"))
        let outcome = place.run("images", "--format", "csv")
        expectDone(outcome)
        #expect(outcome.lines.count == 1 && outcome.text.hasPrefix("image_id,name,"))
    }
}
