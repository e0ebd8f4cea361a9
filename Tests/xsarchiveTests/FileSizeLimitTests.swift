import TestSupport
import Testing

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

    @Test func aFirstImportThatDoesNotFitLeavesNoArchive() {
        let place = Workplace()
        let outcome = place.shell("ulimit -f 10; exec \"$0\" import \"$1\"", Fixtures.path("xen-4.22-small.bin"))
        expectFailure(outcome, 2, containing: ["xsarchive.db: "])
        #expect(place.names == [])
    }
}
