import TestSupport
import Testing

/// The commands on listings as people paste them.
@Suite struct ListingCommandTests {
    private func paste(_ name: String) -> String {
        Fixtures.path("pastes/" + name)
    }

    @Test func severalListingsOfAFileAreSeveralImages() throws {
        let place = Workplace()
        let outcome = place.run("import", paste("three-listings.md"))
        #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
        #expect(
            outcome.lines.map { $0.split(separator: " ").dropFirst().first ?? "" } == [
                "three-listings.md#1", "three-listings.md#2", "three-listings.md#3",
            ])
        // Their bytes, one after another, are the file.
        let bytes = ["@1", "@2", "@3"].flatMap { place.run("export", $0, "-o", "-").output }
        #expect(bytes == Fixtures.bytes("pastes/three-listings.md"))
        let notes = place.run("custody", "--format", "json").text
        #expect(notes.contains("listing 1, bytes 0 to 110 of a text with SHA-256 "))
        #expect(notes.contains("command: \\\"xenstore ls attr/vif\\\""))
        expectDone(place.run("verify"))
    }

    @Test func twoListingsOfAFileAreComparedByTheirNumbers() {
        let place = Workplace()
        let file = paste("three-listings.md")
        let outcome = place.run("diff", file + "#2", file + "#3")
        #expect(outcome.ending == .exit(1))
        #expect(outcome.text.contains("vif/0/ipv4/1"), "\(outcome.text)")
        #expect(place.run("cat", file + "#1", "attr/vif/0/ipv4/1").text == "198.51.100.5\n")
        expectFailure(place.run("show", file + "#4"), 2, "\(file)#4: the file has 3 listings; name one of them")
        expectFailure(
            place.run("show", file), 2,
            containing: ["the text has 3 listings: #1 (\"xenstore ls attr/vif\"), #2 (from line 12 on)", "FILE#1"])
    }

    @Test func whatWasDoneToReadAListingIsSaidInALineEach() {
        let place = Workplace()
        let outcome = place.run("import", paste("mail-wrapped-fp.txt"))
        #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
        #expect(outcome.errorLines.count == 2, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("unwrapped-line: 13 lines of nodes were wrapped, and are joined"))
        #expect(
            outcome.errorText.contains("other-text: 1 line is not the listing's: the first is \"# xenstore-ls -fp\\n\"")
        )
        #expect(place.run("custody").text.contains("command: \"xenstore-ls -fp\""))
        #expect(place.run("import", "-q", "--name", "again", paste("mail-wrapped-fp.txt")).errorText == "")
    }

    @Test func anUnknownRootIsSaidWithTheOptionThatGivesIt() throws {
        let place = Workplace()
        let outcome = place.run("import", paste("guest-relative-f.txt"))
        #expect(outcome.errorText.contains("unknown-root"))
        #expect(outcome.errorText.contains("give the root with --root, like --root /local/domain/7"))
        let given = place.run("import", "--root", "/local/domain/7/", paste("guest-relative-f.txt"))
        #expect(given.ending == .exit(0), "\(given.errorText)")
        #expect(!given.errorText.contains("unknown-root"))
        #expect(place.run("cat", "@2", "/local/domain/7/device/vbd/51712/state").text == "4\n")
        #expect(place.run("cat", "@1", "device/vbd/51712/state").text == "4\n")
        #expect(place.run("custody").text.contains("root /local/domain/7/ by --root"))
        // The same bytes under two roots are two images, each read back as it was stored.
        expectDone(place.run("verify"))
        let rows = try JSONText.array(
            place.run("sql", "SELECT root, root_source FROM images", "--format", "json").text)
        #expect(rows.map { $0["root"] as? String } == ["", "/local/domain/7"])
        #expect(rows.map { $0["root_source"] as? String } == ["unknown", "option"])
    }

    @Test func aRootThatTheFileSaysIsNotReplaced() {
        let place = Workplace()
        for (name, root) in [("fenced-session-subtree.md", "/local/domain/3/backend/vif"), ("subtree-f.txt", "/")] {
            expectFailure(
                place.run("import", "--root", "/x", paste(name)), 2,
                "\(paste(name)): the root of the tree is \"\(root)\", as the file says; omit --root")
        }
        #expect(place.run("import", "--root", "x", paste("subtree-f.txt")).ending == .exit(64))
        #expect(place.names == [])
    }

    @Test func aLayoutThatIsNotInTheFileIsRefused() {
        let place = Workplace()
        place.write(Array("hello\nworld\n".utf8), "hello")
        for layout in ["listing", "tree", "pairs", "oxenstored"] {
            expectFailure(
                place.run("import", "--layout", layout, "hello"), 2,
                "hello: no line is one of the layout \(layout); omit --layout, or choose another")
        }
        // Lines that may be a guest's configuration are a listing only if the user says so.
        place.write(Array("name = \"web01\"\nkernel = \"/boot/vmlinuz\"\n".utf8), "web01.cfg")
        expectFailure(
            place.run("import", "web01.cfg"), 2, containing: ["which may be a listing or a guest's configuration"])
        expectDone(place.run("import", "-q", "--layout", "tree", "web01.cfg"))
    }

    /// `ls` without -f prints a tree, which is a listing to those who choose the layout.
    @Test(arguments: ["listing", "tree"]) func aTreeHasItsNodesUnderEitherLayout(_ layout: String) {
        let place = Workplace()
        expectDone(place.run("import", "-q", "--layout", layout, Fixtures.path("listings/xen-4.17-small.ls.txt")))
        #expect(place.run("sql", "SELECT count(*) > 700 FROM nodes", "--format", "csv").lines.last == "1\r")
    }

    @Test(arguments: [
        ("access.log", "[20261125T21:52:38.123Z]  D0           write     /a\n", "a xenstored access log"),
        ("trace.log", "\n***\nIN 0x55a01db9ac00 20261125 21:52:38 WATCH (/a tok )\n", "a trace log of the C xenstored"),
    ])
    func aCommandForImagesNamesALogForWhatItIs(_ name: String, _ text: String, _ kind: String) {
        let place = Workplace()
        place.write(Array(text.utf8), name)
        expectFailure(place.run("show", name), 2, containing: ["\(name): offset 0: \(kind)"])
        expectDone(place.run("import", "-q", name))
    }

    @Test(arguments: [
        ("core", "\u{7F}ELF\u{2}\u{1}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{4}\u{0}", "an ELF core"),
        ("notes", "xenstore-ls shows nothing today\n", "a text in which no line describes a node"),
        ("save", "Xen saved domain, xl format\n \u{0} \r", "a file of xl save"),
    ])
    func aRefusalNamesTheKindOfTheFile(_ name: String, _ text: String, _ kind: String) {
        let place = Workplace()
        place.write(Array(text.utf8), name)
        expectFailure(place.run("import", name), 2, containing: ["\(name): offset 0: \(kind)", "import takes images"])
    }

    @Test func whatLsPrintsIsReadBack() throws {
        let place = Workplace()
        let image = Fixtures.path("xen-4.17-tiny.bin")
        for options in [[], ["-p"], ["-f"], ["-f", "-p"]] {
            let printed = place.run(["ls", image] + options).output
            place.write(printed, "printed.txt")
            expectBytes(place.run(["ls", "printed.txt"] + options).output, printed)
        }
    }

    @Test func aListingIsFoundInAFolderHoweverLateItBegins() {
        let place = Workplace()
        let prose = String(repeating: "A long story about a host that would not start.\n", count: 1000)
        expectDone(place.shell("mkdir in"))
        place.write(Array((prose + "# xenstore-ls -f /vm\n/vm/a = \"\"\n").utf8), "in/ticket.txt")
        place.write(Array(prose.utf8), "in/story.txt")
        let outcome = place.run("import", "in")
        #expect(outcome.ending == .exit(1))
        #expect(outcome.lines.count == 1 && outcome.text.contains("ticket.txt"))
        #expect(
            outcome.errorText.contains("in/story.txt: skipped, not an image: a text in which no line describes a node"))
    }
}
