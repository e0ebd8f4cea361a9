import TestSupport
import Testing

@Suite struct ImagesCommandTests {
    private let columns = [
        "image_id", "name", "series", "captured_at", "imported_at", "layout", "records", "nodes", "size", "sha256",
        "made_of", "last_seen",
    ]

    @Test func theTextHasALineForEachImage() {
        let outcome = SharedArchive.run("images")
        expectDone(outcome)
        #expect(outcome.lines.count == 1 + SharedArchive.names.count)
        let headings = columns.map { $0 == "made_of" ? "derived_from" : $0 }
        #expect(outcome.lines[0].split(separator: " ").map(String.init) == headings)
        for (line, name) in zip(outcome.lines.dropFirst(), SharedArchive.names) { #expect(line.contains(name)) }
        let tiny = outcome.lines[1].split(separator: " ").map(String.init)
        #expect(tiny[0...3] == ["1", "xen-4.17-tiny.bin", "main", "-"])
        #expect(tiny[5...] == ["v1", "9", "5", "344", "a7089619ccbd", "-", "-"])
    }

    @Test(arguments: ["json", "jsonl"]) func theJSONHasAllOfEachImage(_ format: String) throws {
        let outcome = SharedArchive.run("images", "--format", format)
        expectDone(outcome)
        let rows = format == "json" ? try JSONText.array(outcome.text) : try JSONText.lines(outcome)
        #expect(rows.map { $0["name"] as? String } == SharedArchive.names)
        #expect(rows.map { $0["image_id"] as? Int } == [1, 2, 3, 4, 5, 6])
        #expect(rows.map { $0["size"] as? Int } == SharedArchive.names.map { Fixtures.bytes($0).count })
        #expect(rows.allSatisfy { Set($0.keys) == Set(columns) && ($0["sha256"] as? String)?.count == 64 })
        #expect(rows.last?["layout"] as? String == "v2")
    }

    @Test func theCSVHasAHeadingAndEndsLinesAsTheStandardSays() {
        let outcome = SharedArchive.run("images", "--format", "csv")
        expectDone(outcome)
        #expect(outcome.lines.first == columns.joined(separator: ",") + "\r")
        #expect(outcome.lines.count == 1 + SharedArchive.names.count)
        for line in outcome.lines {
            #expect(line.hasSuffix("\r"))
            #expect(line.split(separator: ",", omittingEmptySubsequences: false).count == columns.count)
        }
    }

    @Test func aSeriesCanBePickedOut() throws {
        let place = Workplace()
        expectDone(place.run("import", "--series", "host7", Fixtures.path("xen-4.17-tiny.bin")))
        expectDone(place.run("import", "--series", "host8", Fixtures.path("xen-4.22-tiny.bin")))
        let rows = try JSONText.lines(place.run("images", "--series", "host8", "--format", "jsonl"))
        #expect(rows.map { $0["name"] as? String } == ["xen-4.22-tiny.bin"])
    }

    @Test func aSeriesThatIsNotThereIsTrouble() {
        let place = Workplace()
        expectDone(place.run("import", "--series", "host7", Fixtures.path("xen-4.17-tiny.bin")))
        expectFailure(
            place.run("images", "--series", "nope", "--format", "json"), 2,
            "xsarchive.db: no series nope; 'xsarchive images' lists the series")
        expectFailure(
            place.run("images", "--series", "hots7"), 2, "xsarchive.db: no series hots7; did you mean host7?")
    }

    @Test(arguments: [
        ("", "the name of the series is empty"), (" ", "the name of the series is blank"),
        ("a\nb", "the name of the series has a control character, like a newline"),
        ("@1", "the series @1 begins with @, which only marks a reference"),
    ])
    func aSeriesThatCannotBeReferredToIsWrongUsage(_ name: String, _ why: String) {
        let place = Workplace()
        expectUsage(place.run("import", "--series", name, Fixtures.path("xen-4.17-tiny.bin")), why)
        expectUsage(
            place.run("rebuild", Fixtures.path("xen-4.17-tiny.bin"), "--save-as", "x", "--series", name), why)
        #expect(place.names == [])
    }
}
