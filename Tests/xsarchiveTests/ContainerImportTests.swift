import TestSupport
import Testing

private let tiny = Fixtures.path("xen-4.17-tiny.bin")

/// Reports of hosts: directories packed into a tar or a zip.
enum HostReport {
    /// A directory "bug-report" as a status report has it: an image, a listing, a compressed image,
    /// and logs.
    static func place() -> Workplace {
        let place = Workplace()
        let outcome = place.shell(
            "mkdir -p bug-report/var/log && cd bug-report && cp \"$1\" state && cp \"$2\" xenstore-ls-f.out && "
                + "gzip -nc \"$3\" > var/state_dump-2026-08-01T12:00:00Z.gz && echo '<inventory/>' > inventory.xml && "
                + "echo '[20200918T15:15:18.045Z]  A41354       write     /local/domain/0/x' > var/log/access.log",
            tiny, Fixtures.path("listings/xen-4.17-seq-3.ls-fp.txt"), Fixtures.path("xen-4.22-tiny.bin"))
        #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
        return place
    }

    /// Each form of container, with the command that makes one of the directory.
    static let forms = [
        ("report.tar", "tar --sort=name -cf report.tar bug-report"),
        ("report.tar.gz", "tar --sort=name -cf - bug-report | gzip -c > report.tar.gz"),
        ("report.tar.bz2", "tar --sort=name -cf - bug-report | bzip2 -c > report.tar.bz2"),
        ("report.tar.xz", "tar --sort=name -cf - bug-report | xz -c > report.tar.xz"),
        ("report.tar.zst", "tar --sort=name -cf - bug-report | zstd -qc > report.tar.zst"),
        ("report.tar.lz4", "tar --sort=name -cf - bug-report | lz4 -qc > report.tar.lz4"),
        ("old.tar", "tar --format=v7 --sort=name -cf old.tar bug-report"),
        ("pax.tar", "tar --format=pax --sort=name -cf pax.tar bug-report"),
        ("report.zip", zip("report.zip")), ("report.zip.gz", zip("x.zip") + " && gzip -c x.zip > report.zip.gz"),
        // By its content, not its name.
        ("state_dump", "tar --sort=name -cf - bug-report | xz -c > state_dump"),
    ]

    private static func zip(_ name: String) -> String {
        "find bug-report -type f | LC_ALL=C sort | zip -q \(name) -@"
    }
}

@Suite struct ContainerImportTests {
    /// The lines of an import without the ids.
    private func images(_ outcome: Outcome) -> [String] {
        outcome.lines.map { String($0.drop { $0 != " " }) }
    }

    @Test(arguments: HostReport.forms)
    func aContainerGivesTheSameImagesAsTheDirectory(_ name: String, _ command: String) {
        let place = HostReport.place()
        #expect(place.shell(command).ending == .exit(0))
        _ = place.shell("mkdir in && mv bug-report in")
        let folder = place.run("import", "-a", "folder.db", "in")
        let container = place.run("import", name)
        #expect(folder.ending == .exit(1) && container.ending == .exit(1))
        #expect(images(container) == images(folder))
        #expect(
            images(container).map { $0.split(separator: " ")[0] } == [
                "bug-report/state", "bug-report/var/log/access.log",
                "bug-report/var/state_dump-2026-08-01T12:00:00Z", "bug-report/xenstore-ls-f.out",
            ])
        #expect(
            container.errorLines == [
                "xsarchive: \(name)!bug-report/inventory.xml: skipped, not an image: "
                    + "a text in which no line describes a node"
            ])
        #expect(container.errorLines == folder.errorLines.map { $0.replacing("in/bug", with: "\(name)!bug") })
        expectBytes(place.run("export", "@1").output, Files.read(tiny))
        expectDone(place.run("verify"))
        #expect(place.run("images", "--format", "jsonl").text.contains("2026-08-01T12:00:00Z"))
    }

    @Test(arguments: [
        ("r.tar.bz2", "tar --sort=name -cjf"), ("r.tar.gz", "tar --sort=name -czf"),
        ("r.tar.xz", "tar --sort=name -cJf"),
        ("r.tar.zst", "tar --sort=name --zstd -cf"), ("r.zip", "zip -qr"),
    ])
    func aStatusReportGivesTheSameAsItsDirectory(_ name: String, _ command: String) {
        let place = Workplace()
        let folder = Fixtures.path("status-report")
        #expect(place.shell("at=$PWD && cd \"$1\" && \(command) \"$at/\(name)\" *", folder).ending == .exit(0))
        let plain = place.run("import", "-a", "plain.db", folder)
        let packed = place.run("import", name)
        #expect(plain.ending == .exit(1) && packed.ending == .exit(1))
        // Which of two logs brings the lines that both have depends on the order of the members.
        func labels(_ outcome: Outcome) -> [String] {
            images(outcome).map { $0.split(separator: " ").prefix(4).joined(separator: " ") }.sorted()
        }
        #expect(labels(packed) == labels(plain) && images(plain).count == 3)
        let lines = plain.errorLines.map { $0.replacing(folder + "/", with: name + "!") }
        #expect(packed.errorLines.sorted() == lines.sorted())
        #expect(lines.count { $0.contains(": skipped, ") } == 1)
        expectBytes(
            place.run("export", "@1").output,
            Files.read(folder + "/bug-report-20240105120000/xenstore-ls-f.out"))
        expectDone(place.run("ls", name, "/vm"))
    }

    @Test func theCustodyLogSaysWhichMemberOfWhichContainer() throws {
        let place = HostReport.place()
        _ = place.shell("tar --sort=name -cf - bug-report | bzip2 -c > report.tar.bz2; zip -q outer.zip report.tar.bz2")
        #expect(place.run("import", "report.tar.bz2").ending == .exit(1))
        #expect(place.run("import", "--series", "other", "outer.zip").ending == .exit(1))
        let sums = place.shell("sha256sum report.tar.bz2 outer.zip bug-report/state bug-report/var/*.gz").lines.map {
            String($0.prefix(64))
        }
        try #require(sums.count == 4)
        let folder = place.shell("pwd -P").lines[0]
        let entries = try JSONText.lines(place.run("custody", "--format", "jsonl"))
        try #require(entries.count == 8)
        #expect(
            entries[1]["note"] as? String == "log:1; " + "SHA-256 of the files: \(folder)/report.tar.bz2 \(sums[0]), "
                + "bug-report/var/log/access.log " + (entries[1]["sha256"] as? String ?? ""))
        let inner = "bug-report/var/state_dump-2026-08-01T12:00:00Z.gz"
        #expect(
            [entries[0], entries[2]].map { $0["source"] as? String } == [
                "\(folder)/report.tar.bz2!bug-report/state", "\(folder)/report.tar.bz2!\(inner)",
            ])
        #expect(
            [entries[0], entries[2]].map { $0["note"] as? String } == [
                "SHA-256 of the files: \(folder)/report.tar.bz2 \(sums[0]), bug-report/state \(sums[2])",
                "SHA-256 of the files: \(folder)/report.tar.bz2 \(sums[0]), \(inner) \(sums[3]); decompressed by gzip",
            ])
        #expect(entries[0]["sha256"] as? String == sums[2])
        #expect(entries[4]["source"] as? String == "\(folder)/outer.zip!report.tar.bz2!bug-report/state")
        #expect(entries[4]["name"] as? String == "report.tar.bz2/bug-report/state")
        #expect(
            entries[4]["note"] as? String
                == "SHA-256 of the files: \(folder)/outer.zip \(sums[1]), report.tar.bz2 \(sums[0]), "
                + "bug-report/state \(sums[2])")
        expectDone(place.run("verify"))
    }

    @Test func aContainerInADirectoryIsLikeADirectory() {
        let place = HostReport.place()
        _ = place.shell("mkdir in && tar --sort=name -czf in/b.tgz bug-report && cp \"$1\" in/a.bin", tiny)
        let outcome = place.run("import", "in")
        #expect(outcome.ending == .exit(1))
        #expect(
            images(outcome).map { $0.split(separator: " ")[0] } == [
                "a.bin", "b.tgz/bug-report/state", "b.tgz/bug-report/var/log/access.log",
                "b.tgz/bug-report/var/state_dump-2026-08-01T12:00:00Z", "b.tgz/bug-report/xenstore-ls-f.out",
            ])
        #expect(place.run("import", "-q", "in").errorLines.count == 1)
        #expect(place.run("images", "--format", "csv").lines.count == 5)
    }

    @Test func standardInputMayBeAContainer() throws {
        let place = HostReport.place()
        _ = place.shell("tar --sort=name -cf - bug-report | bzip2 -c > report.tar.bz2")
        let piped = place.shell("cat report.tar.bz2 | \"$0\" import -")
        #expect(piped.ending == .exit(1) && piped.lines.count == 4)
        let sum = place.shell("sha256sum report.tar.bz2").text.prefix(64)
        let entry = try #require(try JSONText.lines(place.run("custody", "--format", "jsonl")).first)
        #expect(entry["source"] as? String == "standard input!bug-report/state")
        #expect((entry["note"] as? String)?.contains("standard input \(sum), bug-report/state ") == true)
        let redirected = place.shell("\"$0\" import - < report.tar.bz2")
        #expect(redirected.lines.map { $0.hasSuffix("already imported") } == [true, true, true, true])
        let named = place.shell("cat report.tar.bz2 | \"$0\" import --name x -")
        #expect(named.ending == .exit(2) && named.output.isEmpty)
    }

    @Test func aNamedPipeIsReadOnce() {
        let place = HostReport.place()
        _ = place.shell("tar -czf one.tgz bug-report/state && mkfifo pipe")
        for (file, command) in [(tiny, "import --name a pipe"), ("one.tgz", "import pipe"), ("one.tgz", "show pipe")] {
            let outcome = place.shell("cat \"$1\" > pipe & \"$0\" $2; status=$?; wait; exit $status", file, command)
            expectDone(outcome)
        }
        #expect(place.run("images", "--format", "csv").lines.count == 3)
    }

    @Test func aNameIsForOneImage() {
        let place = HostReport.place()
        _ = place.shell("tar -cf report.tar bug-report")
        expectFailure(
            place.run("import", "--name", "x", "report.tar"), 64,
            "--name requires a file, not a container; name a member, like 'report.tar!MEMBER'")
        let outcome = place.run("import", "--name", "x", "report.tar!bug-report/state")
        expectDone(outcome)
        #expect(images(outcome).map { $0.hasPrefix("  x  9 records") } == [true])
    }

    @Test func oneMemberCanBeImported() {
        let place = HostReport.place()
        _ = place.shell("tar -cf inner.tar bug-report && zip -q outer.zip inner.tar")
        let outcome = place.run("import", "outer.zip!inner.tar!bug-report/state")
        expectDone(outcome)
        #expect(images(outcome).map { $0.hasPrefix("  inner.tar/bug-report/state  ") } == [true])
        expectFailure(
            place.run("import", "outer.zip!inner.tar!bug-report/stat"), 2,
            "outer.zip: has no member inner.tar!bug-report/stat; did you mean inner.tar!bug-report/state?")
        expectFailure(place.run("import", "\(tiny)!x"), 2, containing: ["not a tar or zip"])
        expectFailure(
            place.run("import", "outer.zip!inner.tar!bug-report/inventory.xml"), 2,
            containing: ["outer.zip!inner.tar!bug-report/inventory.xml: offset 0: "])
    }

    @Test func theTimeOfAMemberIsThatInTheContainer() {
        let place = HostReport.place()
        _ = place.shell("touch -d 2026-01-02T03:04:05Z bug-report/state && tar -cf report.tar bug-report/state")
        expectDone(place.run("import", "--time-from", "mtime", "report.tar"))
        #expect(place.run("images", "--format", "csv").text.contains("2026-01-02T03:04:05Z"))
    }

    @Test func commandsThatReadAFileReadTheOneImageOfAContainer() {
        let place = HostReport.place()
        _ = place.shell(
            "tar -czf one.tgz bug-report/inventory.xml bug-report/state && tar --sort=name -cf all.tar bug-report")
        let golden = place.run("ls", tiny)
        expectDone(golden)
        for arguments in [["ls", "one.tgz"], ["ls", "one.tgz!bug-report/state"], ["ls", "all.tar!bug-report/state"]] {
            let outcome = place.run(arguments)
            expectDone(outcome)
            #expect(outcome.output == golden.output)
        }
        let piped = place.shell("cat one.tgz | \"$0\" ls -")
        expectDone(piped)
        #expect(piped.output == golden.output)
        expectDone(place.run("diff", "one.tgz", tiny))
        #expect(place.run("show", "one.tgz").text.contains("one.tgz!bug-report/state") == false)
        for command in ["show", "ls", "dump", "check"] {
            expectFailure(
                place.run(command, "all.tar"), 2,
                "all.tar: the tar contains 3 images: bug-report/state, "
                    + "bug-report/var/state_dump-2026-08-01T12:00:00Z.gz, bug-report/xenstore-ls-f.out; name one like "
                    + "'all.tar!bug-report/state', or import all with 'xsarchive import'")
        }
    }

    @Test func aContainerWithoutAnImageIsRefused() {
        let place = HostReport.place()
        _ = place.shell(
            "tar -cf none.tar bug-report/inventory.xml && tar -cf folder.tar --no-recursion bug-report && "
                + "cp bug-report/inventory.xml other.xml && zip -q none.zip bug-report/inventory.xml other.xml")
        expectFailure(
            place.run("show", "none.tar"), 2,
            "none.tar: the tar has no image, only another file; check that it is the right file")
        let outcome = place.run("import", "none.zip")
        #expect(outcome.ending == .exit(2) && outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 3)
        #expect(
            outcome.errorLines.last
                == "xsarchive: none.zip: the zip has no image among its 2 members; check that it is the right file")
        expectFailure(
            place.run("import", "folder.tar"), 2,
            "folder.tar: the tar has no members; check that it is the right file")
        #expect(!place.names.contains("xsarchive.db"))
    }
}
