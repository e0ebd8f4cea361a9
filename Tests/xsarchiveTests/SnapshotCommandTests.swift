import TestSupport
import Testing

/// Copies of an archive that others may be writing to.
@Suite struct SnapshotCommandTests {
    @Test func aSnapshotHasTheBytesOfTheArchive() throws {
        let place = Workplace.withSharedImages()
        let outcome = place.run("snapshot", "copy.db")
        expectDone(outcome)
        #expect(place.bytes("copy.db") == place.bytes("xsarchive.db"))
        let line = try #require(outcome.lines.first)
        #expect(line.hasPrefix("copy.db: 6 images, \(place.bytes("copy.db").count) bytes, custody "))
        let hash = try #require(line.split(separator: " ").last.map(String.init))
        expectDone(place.run("-a", "copy.db", "verify", "--expect", hash, "--quiet"))
    }

    @Test func aSnapshotReplacesAFileOnlyIfItIsTold() {
        let place = Workplace.withSharedImages()
        place.write([1], "copy.db")
        expectFailure(place.run("snapshot", "copy.db"), 2, containing: ["copy.db", "exists", "--force"])
        #expect(place.bytes("copy.db") == [1])
        expectDone(place.run("snapshot", "copy.db", "--force", "--quiet"))
        #expect(place.bytes("copy.db") == place.bytes("xsarchive.db"))
    }

    @Test func theArchiveIsNoSnapshotOfItself() {
        let place = Workplace.withSharedImages()
        let before = place.bytes("xsarchive.db")
        for name in ["xsarchive.db", "./xsarchive.db"] {
            expectFailure(place.run("snapshot", name, "--force"), 64, containing: [name, "is the archive itself"])
        }
        #expect(place.bytes("xsarchive.db") == before)
    }

    @Test func aSnapshotThatFindsNoRoomLeavesNoFile() {
        let place = Workplace.withSharedImages()
        let before = place.names
        let outcome = place.shell("ulimit -f 100; \"$0\" snapshot copy.db")
        #expect(outcome.ending == .exit(2), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("free some space"))
        #expect(place.names == before)
    }

    /// A copy of the file by other means could have half of an import.
    @Test func snapshotsDuringImportsAreWhole() {
        let place = Workplace()
        let images = ["xen-4.17-tiny.bin", "xen-4.17-small.bin", "xen-4.17-seq-1.bin"].map(Fixtures.path)
        expectDone(place.run(["import", "--quiet"] + images))
        var writers: [RunningCommand] = []
        for number in 0..<6 {
            writers.append(
                place.start(["import", "--quiet", "--series", "s\(number)", Fixtures.path("xen-4.17-seq-2.bin")]))
            expectDone(place.run("snapshot", "copy\(number).db", "--quiet"))
        }
        for writer in writers { expectDone(writer.outcome()) }
        for number in 0..<6 { expectDone(place.run("-a", "copy\(number).db", "verify", "--quiet")) }
    }

    @Test func anArchiveInWALModeIsRefused() {
        let place = Workplace.withSharedImages()
        #expect(place.sqlite("PRAGMA journal_mode = WAL").ending == .exit(0))
        let outcome = place.run("snapshot", "copy.db")
        #expect(outcome.ending == .exit(2), "\(outcome.errorText)")
        #expect(!place.names.contains("copy.db"))
    }
}
