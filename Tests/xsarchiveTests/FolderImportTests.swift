import TestSupport
import Testing

private let tiny = Fixtures.path("xen-4.17-tiny.bin")

@Suite struct FolderImportTests {
    /// A directory "in" with images in it and below.
    private func folder() -> Workplace {
        let place = Workplace()
        let outcome = place.shell(
            "mkdir -p in/b && cp \"$1\" in/c.bin && cp \"$1\" in/b/x.bin && gzip -c \"$2\" > in/a.bin.gz", tiny,
            Fixtures.path("xen-4.22-tiny.bin"))
        #expect(outcome.ending == .exit(0))
        return place
    }

    private func names(_ outcome: Outcome) -> [String] {
        outcome.lines.map { String($0.split(separator: " ")[1]) }
    }

    @Test(arguments: ["in", "in/", "./in"]) func allImagesOfAFolderAreImportedInTheOrderOfTheirNames(_ name: String) {
        let place = folder()
        let outcome = place.run("import", name)
        expectDone(outcome)
        #expect(names(outcome) == ["a.bin", "b/x.bin", "c.bin"])
        expectDone(place.run("show", "@b/x.bin"))
    }

    @Test func whatIsNoImageIsSkippedWithOneLine() {
        let place = folder()
        _ = place.shell(
            "echo hello > in/README; echo hello | xz -c > in/notes.xz; : > in/empty; mkfifo in/pipe; ln -s nowhere "
                + "in/dangling; ln -s b in/folder"
        )
        let outcome = place.run("import", "in")
        #expect(outcome.ending == .exit(1))
        #expect(names(outcome) == ["a.bin", "b/x.bin", "c.bin"])
        #expect(
            outcome.errorLines == [
                "xsarchive: in/README: skipped, not an image: a text in which no line describes a node",
                "xsarchive: in/dangling: skipped, not an image: a link to a missing file",
                "xsarchive: in/empty: skipped, not an image: an empty file",
                "xsarchive: in/folder: skipped, not an image: a link to a directory or a device",
                "xsarchive: in/notes.xz: skipped, not an image: a text in which no line describes a node",
                "xsarchive: in/pipe: skipped, not an image: a pipe, a socket or a device",
            ])
    }

    @Test func anImageThatCannotBeReadDoesNotKeepTheOthersOut() {
        let place = folder()
        _ = place.shell("head -c 100 \"$1\" > in/bad.bin; echo hello > in/README", tiny)
        let outcome = place.run("import", "in", "missing.bin", tiny)
        #expect(outcome.ending == .exit(2))
        #expect(names(outcome) == ["a.bin", "b/x.bin", "c.bin", "xen-4.17-tiny.bin"])
        #expect(outcome.errorLines.count == 3)
        for (line, part) in zip(
            outcome.errorLines, ["in/README: skipped", "in/bad.bin: offset ", "missing.bin: cannot open the file"])
        { expectMessage(line, containing: [part]) }
    }

    @Test func theArchiveMayLieInTheFolder() {
        let place = Workplace()
        place.write(Files.read(tiny), "a.bin")
        expectDone(place.run("import", "."))
        #expect(place.run("import", ".").lines.map { $0.hasSuffix("  already imported") } == [true])
        expectDone(place.run("verify"))
    }

    @Test func aNameThatIsNotUTF8IsNamedAndTheOthersAreImported() {
        let place = folder()
        expectDone(place.shell("cp \"$1\" \"$(printf 'in/odd\\377')\"", Fixtures.path("xen-4.17-tiny.bin")))
        let outcome = place.run("import", "in")
        #expect(outcome.ending == .exit(2))
        #expect(
            outcome.errorLines.contains(
                "xsarchive: in/odd\\xff: the file's name is not valid UTF-8; rename it, or give its content on "
                    + "standard input"))
        #expect(names(outcome).count == 3, "\(outcome.text)")
        let named = place.shell("\"$0\" import \"$(printf 'in/odd\\377')\"")
        #expect(named.ending == .exit(2) && !named.errorText.contains("did you mean"))
        #expect(named.errorText.contains("if its name is not valid UTF-8, rename it"))
        expectDone(place.shell("\"$0\" import --name odd - < \"$(printf 'in/odd\\377')\""))
    }

    @Test func anEmptyFolderIsNothingToDo() {
        let place = Workplace()
        _ = place.shell("mkdir in")
        let outcome = place.run("import", "in")
        #expect(outcome.ending == .exit(0) && outcome.text == "")
        #expect(outcome.errorText == "xsarchive: in: the directory contains no files\n")
        expectDone(place.run("import", "-q", "in"))
        #expect(place.names == ["in"])
    }

    @Test func aFolderHasNoOneName() {
        expectFailure(folder().run("import", "--name", "x", "in"), 64, "--name requires a file, not a directory")
    }

    @Test func theOutcomesOfAFolderAreATable() throws {
        let rows = try JSONText.array(folder().run("import", "--format", "json", "in").text)
        #expect(rows.map { $0["name"] as? String } == ["a.bin", "b/x.bin", "c.bin"])
    }
}
