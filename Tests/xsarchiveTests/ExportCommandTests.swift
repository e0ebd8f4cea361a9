import TestSupport
import Testing

@Suite struct ExportCommandTests {
    @Test(arguments: Fixtures.cleanNames) func everyImageComesOutAsItWentIn(_ name: String) {
        let place = Workplace()
        expectDone(place.run("import", Fixtures.path(name)))
        let toFile = place.run("export", "@1", "-o", "out")
        expectDone(toFile)
        #expect(toFile.output.isEmpty)
        expectBytes(place.bytes("out"), Fixtures.bytes(name))
        #expect(place.names == ["out", "xsarchive.db"])
        let toOutput = place.run("export", "@latest")
        expectDone(toOutput)
        expectBytes(toOutput.output, Fixtures.bytes(name))
    }

    @Test(arguments: ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
    func standardOutputHasOtherNames(_ name: String) {
        let export = SharedArchive.run("export", "@2", "-o", name)
        expectDone(export)
        expectBytes(export.output, Fixtures.bytes("xen-4.17-small.bin"))
        let rebuild = SharedArchive.run("rebuild", "-q", "@3", "-o", name)
        expectDone(rebuild)
        expectBytes(rebuild.output, SharedArchive.run("rebuild", "-q", "@3", "-o", "-").output)
        let report = SharedArchive.run("report", "@1", "-o", name)
        expectDone(report)
        #expect(report.text.hasPrefix("<!DOCTYPE html>") || report.text.hasPrefix("<!doctype html>"))
    }

    @Test func imagesThatShareRecordsComeOutApart() {
        for (index, name) in SharedArchive.names.enumerated() {
            expectBytes(SharedArchive.run("export", "@\(index + 1)", "-o", "-").output, Fixtures.bytes(name), "\(name)")
        }
    }

    @Test func aFileIsReplacedOnlyByForce() {
        let place = Workplace()
        place.write([1, 2, 3], "out")
        expectFailure(
            place.run("export", "@1", "-o", "out", "-a", SharedArchive.path), 2,
            "out: file exists; use --force to overwrite it, or choose another name")
        #expect(place.bytes("out") == [1, 2, 3])
        #expect(place.names == ["out"])
        expectDone(place.run("export", "@1", "-o", "out", "--force", "-a", SharedArchive.path))
        expectBytes(place.bytes("out"), Fixtures.bytes("xen-4.17-tiny.bin"))
        #expect(place.names == ["out"])
    }

    @Test func aPlaceThatTakesNoFileIsTrouble() {
        let place = Workplace()
        expectFailure(
            place.run("export", "@1", "-o", "none/out", "-a", SharedArchive.path), 2,
            containing: ["none/out: cannot create the file: No such file or directory"])
        expectFailure(
            place.run("export", "@1", "-o", "/dev/full", "-a", SharedArchive.path), 2,
            containing: ["/dev/full: file exists"])
        #expect(place.names == [])
    }

    @Test(arguments: ["export @2", "images", "ls @2 -f", "verify", "sql 'SELECT * FROM nodes'", "diff @1 @2", "query"])
    func aFullDiskBehindStandardOutputIsTrouble(_ command: String) {
        let place = Workplace.withSharedImages()
        let outcome = place.shell("\"$0\" \(command) >/dev/full")
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorLines.count == 1, "\(outcome.errorText)")
        expectMessage(outcome.errorText, containing: ["standard output: writing failed: No space left on device"])
    }
}

/// What `--force` may replace.
@Suite struct ForcedExportTests {
    @Test func aLinkKeepsBeingOneAndItsTargetIsReplaced() {
        let place = Workplace.withSharedImages()
        place.write([1, 2, 3], "target")
        expectDone(place.shell("ln -s target link; exec \"$0\" export @1 -o link --force"))
        expectBytes(place.bytes("target"), place.bytes("link"))
        #expect(place.bytes("target") != [1, 2, 3])
        #expect(place.shell("test -L link").ending == .exit(0))
    }

    @Test func theArchiveItselfIsNotReplaced() {
        let place = Workplace.withSharedImages()
        let before = place.bytes("xsarchive.db")
        for name in ["xsarchive.db", "./xsarchive.db", "link"] {
            _ = place.shell("ln -sf xsarchive.db link")
            expectFailure(
                place.run("export", "@1", "-o", name, "--force"), 64, containing: ["\(name): is the archive itself"])
        }
        #expect(place.bytes("xsarchive.db") == before)
    }

    @Test func aFileThatSQLiteDeletesIsNotWritten() {
        let place = Workplace.withSharedImages()
        let before = place.names
        for suffix in ["-journal", "-wal", "-shm"] {
            let name = "xsarchive.db" + suffix
            let message = "\(name): is the name of a file that SQLite keeps next to xsarchive.db, and deletes"
            expectFailure(place.run("export", "@1", "-o", name), 64, containing: [message])
            expectFailure(place.run("report", "@1", "-o", name), 64, containing: [message])
            expectFailure(place.run("rebuild", "@1", "-o", name), 64, containing: [message])
            expectFailure(place.run("checkout", "@1", name), 64, containing: [message])
        }
        #expect(place.names == before)
        expectDone(place.run("export", "@1", "-o", "my-journal"))
    }

    @Test func aFolderOrADeviceIsRefusedAndNothingIsLeft() {
        let place = Workplace.withSharedImages()
        _ = place.shell("mkdir folder; mkfifo pipe")
        let before = place.names
        expectFailure(
            place.run("export", "@1", "-o", "folder", "--force"), 2, containing: ["folder: is a directory; name a file"]
        )
        expectFailure(place.run("export", "@1", "-o", "pipe", "--force"), 2, containing: ["pipe: not a regular file"])
        expectFailure(
            place.run("export", "@1", "-o", "folder/", "--force"), 2,
            containing: ["folder/: is a directory; name a file"])
        #expect(place.names == before)
    }
}
