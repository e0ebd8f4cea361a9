import TestSupport
import Testing

private let tiny = Fixtures.path("xen-4.17-tiny.bin")
private let tinyDigest = "a7089619ccbd64c50ccdabca4468c7dd485d0ae7aad0eec73f4c2cdae7e693cd"

@Suite struct ImportCommandTests {
    @Test func eachImageGetsOneLine() {
        let place = Workplace()
        let outcome = place.run("import", tiny, Fixtures.path("xen-4.22-tiny.bin"))
        expectDone(outcome)
        #expect(
            outcome.lines == [
                "@1  xen-4.17-tiny.bin  9 records  \(tinyDigest)  stored",
                "@2  xen-4.22-tiny.bin  11 records  34384dc4edfb0a586e513540e83de0413aeb8b665e61f56a4e2180e263581b7b "
                    + " stored",
            ])
        #expect(place.names == ["xsarchive.db"])
    }

    @Test func theSameBytesUnderTheSameLabelAddNothing() {
        let place = Workplace()
        expectDone(place.run("import", tiny))
        let before = place.bytes("xsarchive.db")
        let again = place.run("import", tiny)
        expectDone(again)
        #expect(again.lines == ["@1  xen-4.17-tiny.bin  9 records  \(tinyDigest)  already imported"])
        expectBytes(place.bytes("xsarchive.db"), before)
    }

    @Test(arguments: [["--name", "other"], ["--series", "host7"], ["--captured-at", "2026-08-01T12:00:00Z"]])
    func theSameBytesUnderAnotherLabelAreAnObservation(_ label: [String]) {
        let place = Workplace()
        expectDone(place.run("import", tiny))
        let observed = place.run(["import", tiny] + label)
        #expect(observed.ending == .exit(0))
        let name = label[0] == "--name" ? label[1] : "xen-4.17-tiny.bin"
        #expect(observed.lines == ["@2  \(name)  9 records  \(tinyDigest)  duplicate content, new entry"])
        #expect(
            place.run(["import", tiny] + label).lines == ["@2  \(name)  9 records  \(tinyDigest)  already imported"])
        #expect(place.run("sql", "SELECT count(*) AS n FROM stream", "--format", "csv").text == "n\r\n1\r\n")
    }

    @Test func aTimeWithAnOffsetIsKeptInUTC() {
        let place = Workplace()
        expectDone(place.run("import", "--captured-at", "2026-08-01T01:30:00+02:00", tiny))
        #expect(
            place.run("sql", "SELECT captured_at FROM images", "--format", "csv").text
                == "captured_at\r\n2026-07-31T23:30:00Z\r\n")
        let again = place.run("import", "--captured-at", "2026-07-31T23:30:00Z", tiny)
        #expect(again.text.hasSuffix("  already imported\n"))
    }

    @Test func standardInputIsAnImageToo() {
        let place = Workplace()
        let outcome = place.run("import", "-", input: Files.read(tiny))
        expectDone(outcome)
        #expect(outcome.lines == ["@1  stdin  9 records  \(tinyDigest)  stored"])
        expectFailure(
            place.run("import", "-", input: Array("hello".utf8)), 2,
            containing: ["-: offset 0: ", "a text in which no line describes a node"])
    }

    @Test func aLayoutCanBeForced() {
        let place = Workplace()
        expectDone(place.run("import", "--layout", "v1", tiny))
        #expect(place.run("import", tiny).text.hasSuffix("  already imported\n"))
        // Nothing in this image differs between v1 and v2: the same bytes read in another way are
        // another stream.
        let other = place.run("import", "--layout", "v2", tiny)
        #expect(other.lines == ["@2  xen-4.17-tiny.bin  9 records  \(tinyDigest)  stored"])
        #expect(place.run("show", "--format", "json", "@2").text.contains("\"layout\":\"v2\""))
        expectFailure(
            place.run("import", "--layout", "draft", tiny), 2,
            containing: ["\(tiny): offset 64, record 2 (CONNECTION_DATA), mfn: ", "try another --layout"])
    }

    @Test(arguments: ["json", "jsonl", "csv"]) func theOutcomesAreATable(_ format: String) throws {
        let outcome = Workplace().run("import", "--format", format, tiny, Fixtures.path("xen-4.22-tiny.bin"))
        expectDone(outcome)
        guard format != "csv" else {
            #expect(outcome.lines.first == "image_id,name,records,sha256,outcome,log_id\r")
            #expect(outcome.lines.dropFirst().first == "1,xen-4.17-tiny.bin,9,\(tinyDigest),stored,\r")
            #expect(outcome.lines.count == 3)
            return
        }
        let rows = format == "json" ? try JSONText.array(outcome.text) : try JSONText.lines(outcome)
        #expect(rows.map { $0["image_id"] as? Int } == [1, 2])
        #expect(rows.map { $0["name"] as? String } == ["xen-4.17-tiny.bin", "xen-4.22-tiny.bin"])
        #expect(rows.map { $0["records"] as? Int } == [9, 11])
        #expect(rows.map { $0["sha256"] as? String }.first == tinyDigest)
        #expect(rows.map { $0["outcome"] as? String } == ["stored", "stored"])
    }

    @Test func theArchiveIsNamedByOptionThenEnvironmentThenDefault() {
        let place = Workplace()
        let environment = ["XSARCHIVE": "b.db"]
        expectDone(place.run("import", tiny, "-a", "a.db", environment: environment))
        #expect(place.names == ["a.db"])
        expectDone(place.run("import", tiny, environment: environment))
        #expect(place.names == ["a.db", "b.db"])
        expectDone(place.run("import", tiny))
        #expect(place.names == ["a.db", "b.db", "xsarchive.db"])
        expectDone(place.run("images", "--archive", "a.db"))
    }

    @Test func aNameThatSteersATerminalIsEscaped() {
        let place = Workplace()
        let outcome = place.run("import", "--name", "a\u{1B}[2Jb\nc\u{202E}d\\", tiny)
        expectDone(outcome)
        #expect(outcome.lines == ["@1  a\\x1b[2Jb\\nc\\u{202e}d\\\\  9 records  \(tinyDigest)  stored"])
    }

    @Test func theArchiveIsItsOwnersAlone() {
        let place = Workplace()
        expectDone(place.run("import", tiny))
        #expect(place.shell("stat -c %a xsarchive.db").lines == ["600"])
    }
}
