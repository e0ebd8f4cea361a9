import TestSupport
import Testing

private let tiny = Fixtures.path("xen-4.17-tiny.bin")

/// Containers from unknown people: one line for each thing that is wrong, and no more memory or
/// time than the limits allow.
@Suite struct HostileContainerTests {
    private func place(_ tar: TarFile) -> Workplace {
        let place = Workplace()
        place.write(tar.bytes, "c.tar")
        return place
    }

    /// The only image in the container is stored, and the lines are on standard error.
    private func expectOneImage(
        _ place: Workplace, _ file: String = "c.tar", lines: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let outcome = place.run("import", file)
        #expect(outcome.ending == .exit(1), "\(outcome.errorText)", sourceLocation: sourceLocation)
        #expect(outcome.lines.count == 1, sourceLocation: sourceLocation)
        #expect(outcome.errorLines == lines.map { "xsarchive: \(file)" + $0 }, sourceLocation: sourceLocation)
        expectDone(place.run("verify"), sourceLocation: sourceLocation)
    }

    @Test func membersThatLeadElsewhereArePassedOver() {
        var tar = TarFile()
        let image = Files.read(tiny)
        tar.add("../x", image)
        tar.add("/etc/state", image)
        for (name, type) in [("hard", "1"), ("soft", "2"), ("char", "3"), ("block", "4"), ("pipe", "6")] {
            tar.add(name, type: Character(type), link: "/etc/passwd")
        }
        tar.add("good", image)
        let place = place(tar)
        expectOneImage(
            place,
            lines: [
                "!../x: skipped: the path leads out of the container", "!etc/state: skipped: an absolute path",
                "!hard: skipped: a hard link", "!soft: skipped: a symbolic link", "!char: skipped: a device",
                "!block: skipped: a device", "!pipe: skipped: a pipe",
            ])
        #expect(place.names == ["c.tar", "xsarchive.db"])
        expectFailure(
            place.run("show", "c.tar!soft"), 2, "c.tar!soft: cannot be read: a symbolic link; extract it yourself")
    }

    @Test func aNameCannotSteerTheTerminal() {
        var tar = TarFile()
        tar.add(Array("a\u{1B}[2J\n".utf8) + [0xFF], Array("hello".utf8))
        tar.add(Array("b\u{1B}[2J\u{202E}".utf8), Files.read(tiny))
        let place = place(tar)
        let outcome = place.run("import", "c.tar")
        #expect(outcome.ending == .exit(1))
        #expect(outcome.lines.map { $0.hasPrefix("@1  b\\x1b[2J\\u{202e}  9 records") } == [true])
        let reason = "skipped, not an image: a text in which no line describes a node"
        #expect(outcome.errorLines == ["xsarchive: c.tar!a\\x1b[2J\\n\\xff: \(reason)"])
        for arguments in [["images"], ["custody"], ["show", "@1"]] {
            #expect(!place.run(arguments).output.contains(0x1B))
        }
    }

    @Test func ofMembersWithOneNameEachIsImported() {
        var tar = TarFile()
        for name in ["xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin"] { tar.add("state", Fixtures.bytes(name)) }
        let place = place(tar)
        let outcome = place.run("import", "c.tar")
        expectDone(outcome)
        #expect(outcome.lines.map { $0.split(separator: " ")[1] } == ["state", "state"])
        expectBytes(place.run("export", "@1").output, Fixtures.bytes("xen-4.17-seq-1.bin"))
        expectBytes(place.run("export", "@state").output, Fixtures.bytes("xen-4.17-seq-2.bin"))
        // As a program that extracts all members would leave it.
        expectDone(place.run("diff", "c.tar!state", Fixtures.path("xen-4.17-seq-2.bin")))
    }

    @Test func tooManyMembersAreNotRead() {
        var tar = TarFile()
        tar.add("first", Files.read(tiny))
        var other = TarFile()
        other.add("other")
        tar.add(other, times: 100_000)
        let place = place(tar)
        let outcome = place.run("import", "c.tar")
        #expect(outcome.ending == .exit(2) && outcome.lines.count == 1)
        #expect(outcome.errorLines.count == 102)
        #expect(
            outcome.errorLines.suffix(2) == [
                "xsarchive: c.tar: has more than 100000 members, and the rest is not read; extract it and import the "
                    + "directory", "xsarchive: c.tar: 99899 more members skipped",
            ])
    }

    @Test func containersInEachOtherHaveALimit() {
        var bytes = Files.read(tiny)
        for depth in 1...10 {
            var tar = TarFile()
            tar.add(depth == 1 ? "state" : "n.tar", bytes)
            bytes = tar.bytes
        }
        let place = Workplace()
        place.write(bytes, "c.tar")
        let outcome = place.run("import", "c.tar")
        #expect(outcome.ending == .exit(2) && outcome.output.isEmpty)
        #expect(
            outcome.errorLines.first == "xsarchive: c.tar!n.tar!n.tar!n.tar!n.tar: skipped: a tar in 4 other containers"
        )
        #expect(outcome.errorLines.count == 2)
    }

    @Test(arguments: ["gzip -c", "bzip2 -c", "xz -c", "zstd -qc", "lz4 -qc"])
    func aCompressedTarThatIsTooLargeIsRefused(_ command: String) {
        let place = Workplace()
        _ = place.shell(
            "cp \"$1\" state; head -c 6000000 /dev/zero > zeros; tar -cf - state zeros | \(command) > c", tiny)
        expectFailure(
            place.run("import", "--max-size", "1M", "c"), 2,
            "c: the file decompresses to more than 4194304 bytes; if you trust it, import it with a larger --max-size")
        #expect(!place.names.contains("xsarchive.db"))
        #expect(place.run("import", "c").lines.count == 1)
    }

    @Test func aZipThatDecompressesToMuchIsBounded() {
        let place = Workplace()
        _ = place.shell(
            "cp \"$1\" state; (cat \"$1\"; head -c 40000000 /dev/zero) > zeros; head -c 40000000 /dev/zero > none; "
                + "zip -q c.zip state zeros none; rm state zeros none", tiny)
        let outcome = place.run("import", "--max-size", "1M", "c.zip")
        #expect(outcome.ending == .exit(2) && outcome.lines.count == 1)
        #expect(
            outcome.errorLines == [
                "xsarchive: c.zip!zeros: the file has more than 1048576 bytes; if you trust it, import it with a "
                    + "larger --max-size",
                "xsarchive: c.zip!none: skipped: more than 1048576 bytes",
            ])
    }

    @Test func aZipOfManyMembersIsBounded() {
        let place = Workplace()
        _ = place.shell("for i in 1 2 3 4 5 6 7; do head -c 1000000 /dev/zero > $i; zip -qm c.zip $i; done")
        let outcome = place.run("import", "--max-size", "1M", "c.zip")
        #expect(outcome.ending == .exit(2) && outcome.output.isEmpty)
        #expect(
            outcome.errorLines.last
                == "xsarchive: c.zip: has members of more than 4194304 bytes together, and the rest is not read; if "
                + "you trust it, import it with a larger --max-size")
    }

    @Test func anEncryptedMemberIsPassedOver() {
        let place = Workplace()
        _ = place.shell("cp \"$1\" state; cp \"$1\" secret; zip -q c.zip state; zip -q -P word c.zip secret", tiny)
        expectOneImage(place, "c.zip", lines: ["!secret: skipped: encrypted"])
        _ = place.shell("zip -q -P word all.zip secret")
        let outcome = place.run("import", "all.zip")
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorLines.count == 2)
    }

    @Test func aMethodOfCompressionWithoutALimitOnMemoryIsNotRead() {
        let place = Workplace()
        let script = "import sys, zipfile; zipfile.ZipFile('c.zip', 'w', zipfile.ZIP_LZMA).write(sys.argv[1], 'state')"
        #expect(place.shell("python3 -c \"$1\" \"$2\"", script, tiny).ending == .exit(0))
        let outcome = place.run("import", "c.zip")
        #expect(outcome.ending == .exit(2))
        #expect(
            outcome.errorLines.first
                == "xsarchive: c.zip!state: skipped: compressed by a method that is not read: lzma")
    }

    @Test func aMemberWhoseChecksumIsWrongIsRefusedAndCanBeSalvaged() {
        let place = Workplace()
        _ = place.shell("cp \"$1\" state; zip -q -0 c.zip state", tiny)
        var bytes = place.bytes("c.zip")
        bytes[300] ^= 1
        place.write(bytes, "c.zip")
        let outcome = place.run("import", "c.zip")
        #expect(outcome.ending == .exit(2) && outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1)
        expectMessage(
            outcome.errorText,
            containing: ["c.zip!state: cannot be read beyond the first \(Files.read(tiny).count) bytes: ", "CRC"])
        #expect(!place.names.contains("xsarchive.db"))
        let show = place.run("show", "c.zip")
        #expect(show.ending == .exit(2) && show.errorLines.count == 1)
        let salvaged = place.run("import", "--salvage", "c.zip")
        #expect(salvaged.ending == .exit(0) && salvaged.lines.count == 1)
        expectMessage(salvaged.errorText, containing: ["c.zip!state: only partly read: ", "CRC"])
    }

    @Test func aTarThatIsCutGivesTheWholeMembersAndOneError() {
        var tar = TarFile()
        tar.add("state", Files.read(tiny))
        tar.add("notes", [UInt8](repeating: 0x41, count: 3000))
        let place = Workplace()
        place.write(Array(tar.bytes.dropLast(1024 + 2000)), "c.tar")
        let outcome = place.run("import", "c.tar")
        #expect(outcome.ending == .exit(2) && outcome.lines.count == 1)
        expectMessage(
            outcome.errorLines.last ?? "", containing: ["c.tar: the tar cannot be read to its end: ", "fetch the file"])
        expectFailure(place.run("show", "c.tar"), 2, containing: ["c.tar: the tar cannot be read to its end: "])
    }

    @Test(arguments: ["gzip -c", "bzip2 -c", "xz -c", "zstd -qc", "lz4 -qc"])
    func aCompressedTarThatIsCutIsRefusedAndCanBeSalvaged(_ command: String) {
        let place = Workplace()
        _ = place.shell(
            "cp \"$1\" state; head -c 3000000 /dev/urandom > noise; tar -cf - state noise | \(command) > c; "
                + "head -c 2500000 c > cut; rm c noise state", tiny)
        expectFailure(
            place.run("import", "cut"), 2,
            containing: ["cut: the tar cannot be decompressed by ", "to its end: ", "--salvage"])
        #expect(!place.names.contains("xsarchive.db"))
        let salvaged = place.run("import", "--salvage", "cut")
        #expect(salvaged.ending == .exit(2) && salvaged.lines.count == 1)
        expectBytes(place.run("export", "@1").output, Files.read(tiny))
    }

    @Test(arguments: [10, 22, 100, 200]) func aZipThatIsCutIsRefused(_ missing: Int) {
        let place = Workplace()
        _ = place.shell("cp \"$1\" state; zip -q c.zip state", tiny)
        place.write(Array(place.bytes("c.zip").dropLast(missing)), "c.zip")
        expectFailure(
            place.run("import", "c.zip"), 2,
            containing: ["c.zip: the zip cannot be read to its end: the list of its members, at its end, is missing"])
        #expect(!place.names.contains("xsarchive.db"))
    }
}
