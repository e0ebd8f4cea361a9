import TestSupport
import Testing

@Suite struct SalvageCommandTests {
    @Test func anyFileIsStoredAndComesOutAsItWentIn() {
        let place = Workplace()
        let tiny = Fixtures.bytes("xen-4.17-tiny.bin")
        let files: [[UInt8]] = [
            [], [0], Array("no stream".utf8), Array(tiny[..<100]), tiny + tiny, Array(tiny.reversed()),
        ]
        for (index, bytes) in files.enumerated() {
            place.write(bytes, "file-\(index)")
            let outcome = place.run("import", "--salvage", "file-\(index)")
            #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
            #expect(outcome.lines.count == 1)
            #expect(
                outcome.errorLines == [
                    "xsarchive: file-\(index): damaged; the readable part is stored, see 'xsarchive show @\(index + 1)'"
                ])
            expectDone(place.run("export", "@\(index + 1)", "-o", "out", "--force"))
            expectBytes(place.bytes("out"), bytes)
        }
        expectDone(place.run("verify"))
    }

    @Test func aWholeFileIsStoredAsEver() {
        let place = Workplace()
        expectDone(place.run("import", "--salvage", Fixtures.path("xen-4.17-tiny.bin")))
        let again = place.run("import", Fixtures.path("xen-4.17-tiny.bin"))
        expectDone(again)
        #expect(again.text.contains("already imported"))
    }

    @Test func whatCanBeReadIsInTheTablesAndWhatCannotIsARow() throws {
        let place = Workplace()
        var bytes = Fixtures.bytes("xen-4.17-small.bin")
        for index in 60_000..<60_040 { bytes[index] = 0xEE }
        place.write(bytes, "damaged")
        expectFailure(place.run("import", "damaged"), 2, containing: ["damaged: offset ", "record ", "--salvage"])
        #expect(place.names == ["damaged"])
        _ = place.run("import", "--salvage", "damaged")
        let rows = try JSONText.lines(
            place.run(
                "sql", "SELECT \"offset\", length, length(bytes) AS bytes FROM damages WHERE image_id = 1", "--format",
                "jsonl"))
        #expect(rows.count == 1)
        let (offset, length) = (rows.first?["offset"] as? Int ?? 0, rows.first?["length"] as? Int ?? 0)
        #expect(offset <= 60_000 && offset + length >= 60_040 && length < 400)
        #expect(rows.first?["bytes"] as? Int == length)
        let nodes = try JSONText.lines(
            place.run("sql", "SELECT count(*) AS n FROM nodes WHERE image_id = 1", "--format", "jsonl"))
        #expect((nodes.first?["n"] as? Int ?? 0) >= 1136 - 3)
        let show = place.run("show", "@1")
        #expect(show.text.contains("error damaged-span: offset \(offset): \(length) bytes"))
    }

    @Test func damagedImagesAreComparedAndListedLikeOthers() {
        let place = Workplace()
        place.write(Array(Fixtures.bytes("xen-4.17-seq-1.bin")[..<140_000]), "cut")
        _ = place.run("import", "--salvage", "cut")
        let diff = place.run("diff", "@1", Fixtures.path("xen-4.17-seq-1.bin"), "--stat")
        #expect(diff.ending == .exit(1))
        expectDone(place.run("ls", "@1", "/local/domain/0"))
    }

    @Test func everyStreamThatARealDaemonWasGivenIsStored() {
        let place = Workplace()
        let names = Files.list(Fixtures.path("restore")).filter { $0.hasSuffix(".bin") }
        let outcome = place.run(["import", "--salvage"] + names.map { Fixtures.path("restore/" + $0) })
        #expect(outcome.ending == .exit(0))
        #expect(outcome.lines.count == names.count)
        expectDone(place.run("verify"))
    }
}
