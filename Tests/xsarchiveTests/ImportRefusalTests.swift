import TestSupport
import Testing

private let tiny = Fixtures.path("xen-4.17-tiny.bin")

@Suite struct ImportRefusalTests {
    /// Writes the first bytes of an image, for each count, and returns the files' names.
    private func cut(_ name: String, _ counts: [Int], _ place: Workplace) -> [String] {
        let bytes = Fixtures.bytes(name)
        return counts.map { count in
            place.write(Array(bytes[..<count]), "cut-\(count)")
            return "cut-\(count)"
        }
    }

    /// Each file was refused with a line of its own.
    private func expectRefusals(_ outcome: Outcome, _ files: [String]) {
        #expect(outcome.ending == .exit(2))
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines.count == files.count)
        for (line, file) in zip(outcome.errorLines, files) {
            #expect(line.hasPrefix("xsarchive: \(file): offset "), "\(line)")
            // After the header every offset also belongs to a record.
            let isInRecords = Int(file.dropFirst("cut-".count)).map { $0 >= 16 } ?? false
            expectMessage(
                line,
                containing: isInRecords
                    ? [", record ", "capture the image again, or import it with --salvage"] : ["; "])
        }
    }

    @Test(arguments: ["xen-4.17-tiny.bin", "xen-4.22-tiny.bin"]) func everyTruncationIsRefused(_ name: String) {
        let place = Workplace()
        let files = cut(name, Array(0..<Fixtures.bytes(name).count), place)
        expectRefusals(place.run(["import"] + files), files)
        #expect(!place.names.contains("xsarchive.db"))
    }

    @Test(arguments: ["xen-4.17-small.bin", "xen-4.22-small.bin", "xen-4.17-odd.bin"])
    func aTruncatedImageLeavesTheArchiveAsItWas(_ name: String) {
        let place = Workplace()
        expectDone(place.run("import", tiny))
        let before = place.bytes("xsarchive.db")
        let size = Fixtures.bytes(name).count
        let files = cut(name, [0, 7, 15, 16, 20, size / 3, size / 2, size - 9, size - 8, size - 1], place)
        expectRefusals(place.run(["import"] + files), files)
        expectBytes(place.bytes("xsarchive.db"), before)
        #expect(Set(place.names) == Set(files + ["xsarchive.db"]))
    }

    @Test func goodImagesAreStoredBesideABadOne() {
        let place = Workplace()
        let bad = cut("xen-4.17-tiny.bin", [100], place)
        let outcome = place.run("import", tiny, bad[0], Fixtures.path("xen-4.22-tiny.bin"))
        #expect(outcome.ending == .exit(2))
        #expect(outcome.lines.map { $0.prefix(22) } == ["@1  xen-4.17-tiny.bin ", "@2  xen-4.22-tiny.bin "])
        #expect(outcome.errorLines.count == 1)
        expectMessage(outcome.errorText, containing: ["cut-100: offset ", "record "])
        expectDone(place.run("verify"))
    }

    @Test func aTableHoldsTheGoodImagesOnly() throws {
        let place = Workplace()
        let bad = cut("xen-4.17-tiny.bin", [100], place)
        let outcome = place.run("import", "--format", "json", bad[0], tiny)
        #expect(outcome.ending == .exit(2))
        #expect(try JSONText.array(outcome.text).count == 1)
        #expect(outcome.errorLines.count == 1)
        let none = place.run("import", "--format", "json", bad[0])
        #expect(none.ending == .exit(2))
        #expect(none.text == "[]\n")
    }

    @Test func otherFilesAreNamedForWhatTheyAre() {
        let place = Workplace()
        place.write([], "empty")
        expectFailure(
            place.run("import", "empty"), 2,
            "empty: offset 0: the file is empty; capture the image again, or import it with --salvage")
        let document = Fixtures.path("README.md")
        expectFailure(
            place.run("import", document), 2,
            "\(document): offset 0: a text in which no line describes a node; import takes images: states of a daemon, "
                + "and listings of xenstore-ls; and logs")
        expectFailure(place.run("dump", "."), 2, ".: is a directory; name a file")
        expectFailure(
            place.run("import", "missing"), 2,
            containing: ["missing: cannot open the file: No such file or directory; check the name"])
        #expect(place.names == ["empty"])
    }

    @Test func aDamagedLengthIsToldWithItsPlace() {
        let place = Workplace()
        var bytes = Fixtures.bytes("xen-4.17-tiny.bin")
        bytes[20...23] = [0xFF, 0xFF, 0xFF, 0xFF]
        place.write(bytes, "bad")
        expectFailure(
            place.run("import", "bad"), 2, containing: ["bad: offset 20, record 1 (GLOBAL_DATA), len: ", "4294967295"])
    }

    @Test func anUnknownVersionIsRefused() {
        let place = Workplace()
        var bytes = Fixtures.bytes("xen-4.17-tiny.bin")
        bytes[11] = 9
        place.write(bytes, "future")
        expectFailure(place.run("import", "future"), 2, containing: ["future: offset 8", "version", "9"])
    }

    @Test(arguments: [
        "yesterday", "2026-13-01", "2026-02-30", "2026-04-31T12:00:00Z", "2026-08-01T25:00:00Z", "12:00", "",
        "2026-08-01T12:00:00 CET",
    ])
    func aTimeThatIsNoneIsWrongUsage(_ time: String) {
        let place = Workplace()
        expectFailure(
            place.run("import", "--captured-at", time, tiny), 64,
            "\(time): not a valid time; use the form 2026-08-01T12:00:00Z")
        #expect(place.names == [])
    }

    @Test func wrongUsageChangesNothing() {
        let place = Workplace()
        expectUsage(
            place.run("import", "--name", "n", tiny, tiny), "--name requires exactly one file, but there are 2;")
        expectUsage(place.run("import", "--name", "", tiny), "the image's name is empty")
        expectUsage(place.run("import", "--name", "@n", tiny), "the name @n begins with @")
        expectUsage(place.run("import"), "Missing expected argument '<files> ...'")
        expectUsage(
            place.run("import", "--layout", "v3", tiny),
            "The value 'v3' is invalid for --layout; use auto, draft, v1, v2, oxenstored, listing, tree, pairs, "
                + "oxenstored-debug, tdb or tdbdump; did you mean v1?"
        )
        expectUsage(
            place.run("import", "--format", "xml", tiny),
            "The value 'xml' is invalid for --format; use text, json, ")
        #expect(place.names == [])
    }
}
