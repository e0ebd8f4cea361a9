import TestSupport
import Testing

/// What `rebuild` says and does with files.
@Suite struct RebuildCommandTests {
    private static let small = Fixtures.path("xen-4.17-small.bin")
    private static let seq = Fixtures.path("xen-4.17-seq-1.bin")

    @Test func aCleanImageComesOutAsItWas() {
        let place = Workplace.withSharedImages()
        expectDone(place.run("rebuild", "@3", "-o", "out"))
        expectBytes(place.bytes("out"), Fixtures.bytes("xen-4.17-seq-1.bin"))
        #expect(place.names == ["out", "xsarchive.db"])
        let toOutput = place.run("rebuild", Self.seq, "-o", "-")
        expectDone(toOutput)
        expectBytes(toOutput.output, Fixtures.bytes("xen-4.17-seq-1.bin"))
        #expect(
            place.run("rebuild", "-", "-o", "-", input: Fixtures.bytes("xen-4.17-seq-1.bin")).output == toOutput.output)
    }

    @Test func whatIsLostOrChangedIsTold() {
        let place = Workplace()
        let outcome = place.run("rebuild", Self.small, "-o", "out", "--layout", "draft")
        #expect(outcome.ending == .exit(0) && outcome.output.isEmpty)
        let name = "xsarchive: \(Self.small): "
        #expect(outcome.errorLines.contains(name + "lost evtchn-fd: 6 of GLOBAL_DATA"), "\(outcome.errorText)")
        #expect(outcome.errorLines.contains(name + "changed order: the ring of domain 5, before the ring of domain 6"))
        #expect(outcome.errorLines.last == name + "warning: no released xenstored reads the draft layout")
        for line in outcome.errorLines { expectMessage(line, containing: [name]) }
        let lost = outcome.errorLines.filter { $0.hasPrefix(name + "lost ") }.count
        #expect(lost > 3)

        let strict = place.run("rebuild", Self.small, "-o", "strict", "--layout", "draft", "--strict")
        #expect(strict.ending == .exit(2))
        #expect(
            strict.errorLines.last == name
                + "\(lost) lost, so nothing was written; omit --strict to write it anyway")
        #expect(place.names == ["out"])
        #expect(place.run("rebuild", Self.small, "-o", "strict", "--strict").ending == .exit(0))
    }

    @Test func whatADaemonWouldDoWithItIsTold() {
        let place = Workplace()
        let outcome = place.run("rebuild", Self.seq, "-o", "out", "--byte-order", "big")
        #expect(outcome.ending == .exit(0))
        expectMessage(outcome.errorText, containing: ["warning: a C xenstored refuses header flags 0x1 and exits"])
    }

    @Test func editsAreMadeInTheOrderOfTheHelp() {
        let place = Workplace()
        let outcome = place.run(
            "rebuild", Self.seq, "-o", "out", "--set-perms", "/tool/new=n0,r5", "--set", "/tool/new=1\\n2", "--set",
            "/tool/xenstored=x", "--remove", "/tool",
            "--set", "/tool=back")
        #expect(outcome.ending == .exit(0))
        // A mistyped path shows here.
        #expect(
            outcome.errorText
                == ["/tool", "/tool/new", "/tool/xenstored"].map { "xsarchive: \(Self.seq): changed new-node: \($0)\n" }
                .joined())
        #expect(
            place.run("ls", "out", "-f", "-p", "/tool").text
                == "/tool/new = \"1\\\\n2\"   (n0,r5)\n/tool/xenstored = \"x\"   (n0)\n")
        #expect(
            place.run("rebuild", Self.seq, "-o", "out", "--force", "--escaped", "--set", "/tool/a=1\\n\\x00\\xff")
                .ending == .exit(0))
        #expect(place.run("cat", "out", "/tool/a", "--raw").output == [0x31, 0x0A, 0, 0xFF])
    }

    @Test func aDomainOrASubtreeIsKept() {
        let place = Workplace()
        expectDone(place.run("rebuild", Self.seq, "-o", "out", "--domain", "3", "--subtree", "/tool"))
        let paths = place.run("ls", "out", "-f").lines
        #expect(
            paths.contains { $0.hasPrefix("/local/domain/3/name = ") }
                && paths.contains { $0.hasPrefix("/tool/xenstored = ") })
        #expect(
            !paths.contains { $0.hasPrefix("/local/domain/1/") } && !paths.contains { $0.hasPrefix("/local/domain/0/") }
        )
    }

    @Test(
        arguments: [
            (["--set", "/a"], 64, "/a: has no =; use the form PATH=VALUE"),
            (["--set-perms", "/tool=x0"], 64, "x0: not a valid permission"),
            (["--set", "/a b=1"], 64, "\"/a b\": not a valid path for a node"),
            (["--set", "/a=\\q", "--escaped"], 64, "has an unknown escape; use"),
            (["--remove", "/nowhere"], 2, "/nowhere: the image has no such node"),
            (["--remove", "/"], 64, "the root node cannot be removed"),
            (["--set-perms", "/nowhere=n0"], 2, "/nowhere: the image has no such node"),
            (["--domain", "999"], 2, "domain 999: not found in the image"),
            (["--subtree", "/nowhere"], 2, "/nowhere: the image has no such node"),
            (["--subtree", ""], 64, "the path is empty"), (["--remove", "/tool/"], 64, "a path cannot end in a slash"),
        ] as [([String], Int32, String)])
    func whatCannotBeDoneIsOneLineAndNoFile(_ arguments: [String], _ status: Int32, _ part: String) {
        let place = Workplace()
        expectFailure(place.run(["rebuild", Self.seq, "-o", "out"] + arguments), status, containing: [part])
        #expect(place.names == [])
    }

    @Test(arguments: [
        (["--layout", "v3"], "v3"), (["--byte-order", "middle"], "middle"), (["--drop", "everything"], "everything"),
        (["--domain", "65536"], "65536"),
    ])
    func wrongWordsAreWrongUsage(_ arguments: [String], _ part: String) {
        expectUsage(Workplace().run(["rebuild", Self.seq, "-o", "out"] + arguments), part)
    }

    @Test func aFileIsReplacedOnlyWhereThatIsSaid() {
        let place = Workplace()
        place.write([1], "out")
        expectFailure(
            place.run("rebuild", Self.seq, "-o", "out"), 2,
            "out: file exists; use --force to overwrite it, or choose another name")
        #expect(place.bytes("out") == [1])
        expectDone(place.run("rebuild", Self.seq, "-o", "out", "--force"))
        expectBytes(place.bytes("out"), Fixtures.bytes("xen-4.17-seq-1.bin"))
        expectFailure(
            place.run("rebuild", Self.seq), 64,
            "no destination; give a file with -o, or a name in the archive with --save-as")
    }

    @Test func theArchiveIsNotReplaced() {
        let place = Workplace.withSharedImages()
        let before = place.bytes("xsarchive.db")
        expectFailure(
            place.run("rebuild", "@3", "-o", "xsarchive.db", "--force"), 64,
            "xsarchive.db: is the source of the stream; choose another name")
        expectBytes(place.bytes("xsarchive.db"), before)
    }

    @Test func aDamagedFileIsRefusedAndOneOfTheArchiveIsRead() {
        let place = Workplace()
        place.write(Array(Fixtures.bytes("xen-4.17-seq-1.bin").dropLast(100)), "cut")
        expectFailure(place.run("rebuild", "cut", "-o", "out"), 2, containing: ["cut: offset", "--salvage"])
        #expect(place.run("import", "--salvage", "cut").ending == .exit(0))
        let outcome = place.run("rebuild", "@1", "-o", "out")
        #expect(outcome.ending == .exit(0))
        #expect(outcome.errorLines.contains { $0.contains("lost unexplained: ") }, "\(outcome.errorText)")
        #expect(place.run("check", "out", "--fail-on", "error").ending == .exit(0))
    }

    @Test func aRebuiltImageIsKeptWithItsParentAndItsSteps() throws {
        let place = Workplace.withSharedImages()
        let saved = place.run(
            "rebuild", "@3", "--save-as", "edited", "--set", "/tool/x=1", "--drop", "sockets", "--domain", "3",
            "--subtree", "/tool", "--layout", "v2")
        #expect(saved.ending == .exit(0))
        #expect(
            saved.lines.count == 1 && saved.text.hasPrefix("@7  edited  ") && saved.text.hasSuffix("  stored\n"),
            "\(saved.text)")
        #expect(place.run("verify").ending == .exit(0))
        #expect(place.run("cat", "@edited", "/tool/x").text == "1\n")
        expectDone(place.run("export", "@edited", "-o", "a"))
        #expect(
            place.run(
                "rebuild", "@3", "-o", "b", "--set", "/tool/x=1", "--drop", "sockets", "--domain", "3", "--subtree",
                "/tool", "--layout", "v2"
            ).ending == .exit(0))
        expectBytes(place.bytes("a"), place.bytes("b"))

        let show = place.run("show", "@edited", "--format", "json")
        let sheet = try JSONText.object(show.text)
        #expect(sheet["parent"] as? String == "@3" && sheet["series"] as? String == "rebuilt")
        let steps = try JSONText.object(try #require(sheet["steps"] as? String))
        #expect((steps["parent_sha256"] as? String)?.hasPrefix("46a0b819e329") == true)
        let list = try #require(steps["steps"] as? [[String: Any]])
        #expect(list.map { $0.keys.sorted() } == [["domain"], ["subtree"], ["drop"], ["set", "value"], ["layout"]])
        let images = try JSONText.lines(place.run("images", "--all", "--format", "jsonl"))
        #expect(images.map { $0["made_of"] as? String } == [nil, nil, nil, nil, nil, nil, "@3"])
        let view = place.sqlite(
            "SELECT image_id, parent, parent_image_id, json_extract(steps, '$.steps[3].set') FROM derivations")
        #expect(view.text == "7|@3|3|/tool/x\n")
        #expect(try JSONText.lines(place.run("custody", "--format", "jsonl")).last?["action"] as? String == "rebuild")
    }

    @Test func aFileIsAParentToo() throws {
        let place = Workplace()
        let saved = place.run("rebuild", Self.seq, "-o", "-", "--save-as", "from-file")
        expectBytes(saved.output, Fixtures.bytes("xen-4.17-seq-1.bin"))
        #expect(saved.errorText.hasPrefix("@1  from-file  1955 records  46a0b819"))
        #expect(
            place.sqlite("SELECT parent LIKE '%xen-4.17-seq-1.bin', parent_image_id IS NULL FROM derivations").text
                == "1|1\n")
        // The same image again is already imported.
        #expect(place.run("rebuild", Self.seq, "--save-as", "from-file").text.hasSuffix("  already imported\n"))
    }

    @Test func theImageItselfIsNotReplaced() {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "image")
        for command in [
            ["rebuild", "image", "-o", "./image", "--force"], ["checkout", "image", "./image", "--force"],
        ] {
            expectFailure(place.run(command), 64, "./image: is the source of the stream; choose another name")
        }
        expectBytes(place.bytes("image"), Fixtures.bytes("xen-4.17-tiny.bin"))
    }

    @Test func theLayoutsThatCanBeMadeAreAllNamed() {
        expectUsage(
            Workplace().run("rebuild", Self.seq, "-o", "out", "--layout", "v3"),
            "--layout; use draft, v1, v2 or oxenstored")
    }

    @Test(arguments: ["", "7", "latest", "latest~1", "@x"]) func aNameThatIsAReferenceIsRefused(_ name: String) {
        let part =
            name.isEmpty
            ? "the image's name is empty"
            : name == "@x" ? "the name @x begins with @" : "the name \(name) would be confused with @ID"
        expectUsage(Workplace().run("rebuild", Self.seq, "--save-as", name), part)
    }

    @Test func nothingIsKeptWhereSomethingIsLostAndMayNot() {
        let place = Workplace.withSharedImages()
        #expect(place.run("rebuild", "@3", "--save-as", "draft", "--layout", "draft", "--strict").ending == .exit(2))
        #expect(place.run("images").lines.count == 1 + SharedArchive.names.count)
    }
}
