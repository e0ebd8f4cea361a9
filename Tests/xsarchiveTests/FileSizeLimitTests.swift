import TestSupport
import Testing
import XenstoreStream

/// The system takes no more bytes, as on a full disk.
@Suite struct FileSizeLimitTests {
    @Test func anExportThatDoesNotFitLeavesNoFile() {
        let place = Workplace.withSharedImages()
        let outcome = place.shell("ulimit -f 10; exec \"$0\" export @2 -o out")
        expectFailure(outcome, 2, containing: ["out: writing failed: File too large"])
        #expect(place.names == ["xsarchive.db"])
    }

    @Test func aReplacementThatDoesNotFitLeavesTheOldFile() {
        let place = Workplace.withSharedImages()
        place.write([1, 2, 3], "out")
        let outcome = place.shell("ulimit -f 10; exec \"$0\" export @2 -o out --force")
        expectFailure(outcome, 2, containing: ["out: writing failed: File too large"])
        #expect(place.bytes("out") == [1, 2, 3])
        #expect(place.names == ["out", "xsarchive.db"])
    }

    @Test func anImportThatDoesNotFitLeavesTheArchiveAsItWas() {
        let place = Workplace()
        expectDone(place.run("import", Fixtures.path("xen-4.17-tiny.bin")))
        let before = place.bytes("xsarchive.db")
        let blocks = "\(before.count / 512 + 20)"
        let outcome = place.shell(
            "ulimit -f $2; exec \"$0\" import \"$1\"", Fixtures.path("xen-4.22-small.bin"), blocks)
        expectFailure(outcome, 2, containing: ["xsarchive.db: ", "the archive is unchanged"])
        #expect(place.names == ["xsarchive.db"])
        expectBytes(place.bytes("xsarchive.db"), before)
        expectDone(place.run("verify"))
        expectDone(place.run("import", Fixtures.path("xen-4.22-small.bin")))
    }

    /// SQLite writes pages before the end of an import if its cache is full, so some are in the
    /// file when one does not fit.
    @Test func anImportLargerThanTheCacheThatDoesNotFitLeavesTheArchiveAsItWas() throws {
        let place = Workplace()
        expectDone(place.run("import", Fixtures.path("xen-4.17-tiny.bin")))
        let before = place.bytes("xsarchive.db")
        place.write(try largeImage(), "large.bin")
        let outcome = place.shell("ulimit -f 14000; exec \"$0\" import large.bin")
        expectFailure(outcome, 2, containing: ["xsarchive.db: ", "the archive is unchanged"])
        #expect(place.names == ["large.bin", "xsarchive.db"])
        expectBytes(place.bytes("xsarchive.db"), before)
        expectDone(place.run("import", "large.bin"))
    }

    /// The archive that queries read for a file is a temporary file as soon as it does not fit into
    /// SQLite's cache.
    @Test func aFileLargerThanTheCacheIsCheckedWithoutRoomForTemporaryFiles() throws {
        let place = Workplace()
        place.write(try largeImage(), "large.bin")
        // More paths than SQLite sorts in its cache.
        place.write(try image(nodes: 60_000, valueSize: 1, nameSize: 100), "many.bin")
        expectDone(place.shell("ulimit -f 1000; exec \"$0\" report many.bin -o - > /dev/null"))
        let (whole, limited) = (
            place.run("check", "large.bin"), place.shell("ulimit -f 1000; exec \"$0\" check large.bin")
        )
        #expect(limited.text == whole.text)
        #expect(limited.ending == whole.ending)
        #expect(limited.errorText == whole.errorText)
        #expect(whole.text.contains("large.bin"))
        #expect(place.names == ["large.bin", "many.bin"])
    }

    /// A whole image of 3001 nodes and 9 MB.
    private func largeImage() throws -> [UInt8] {
        try image(nodes: 3000, valueSize: 3000)
    }

    /// A whole image of a root and so many nodes below it.
    private func image(nodes count: Int, valueSize: Int, nameSize: Int = 1) throws -> [UInt8] {
        let nodes = ["/"] + (0..<count).map { "/" + String(repeating: "n", count: nameSize) + "\($0)" }
        let value = Octets(repeating: 0x76, count: valueSize)
        var generator = StreamGenerator(seed: 1, format: StreamFormat(layout: .v1))
        return try generator.encode(
            nodes.map { path in
                .node(
                    NodeData(
                        path: TerminatedString(path), value: value + Octets(path.utf8),
                        perms: [Permission(perm: UInt8(ascii: "n"), domid: 0)]))
            })
    }

    @Test func aFirstImportThatDoesNotFitLeavesNoArchive() {
        let place = Workplace()
        let outcome = place.shell("ulimit -f 10; exec \"$0\" import \"$1\"", Fixtures.path("xen-4.22-small.bin"))
        expectFailure(outcome, 2, containing: ["xsarchive.db: "])
        #expect(place.names == [])
    }
}
