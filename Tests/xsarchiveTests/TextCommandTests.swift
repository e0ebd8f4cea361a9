import TestSupport
import Testing

/// The commands on oxenstored's text and on listings.
@Suite struct TextCommandTests {
    private static let dump = Fixtures.path("oxenstored-4.17-small.dump")
    private static let listing = Fixtures.path("listings/xen-4.17-small.ls-fp.txt")

    private func place() -> Workplace {
        let place = Workplace()
        expectDone(place.run("import", Self.dump, Self.listing))
        return place
    }

    @Test func textsComeOutByteForByte() {
        let place = place()
        for (id, file) in [("@1", Self.dump), ("@2", Self.listing)] {
            expectBytes(place.run("export", id, "-o", "-").output, Files.read(file))
        }
        expectDone(place.run("verify"))
    }

    @Test func imagesAndShowTellThem() throws {
        let place = place()
        let rows = try JSONText.array(place.run("images", "--format", "json").text)
        #expect(rows.count == 2)
        let shown = place.run("show", "@1").lines
        #expect(shown.contains("layout             oxenstored, certain: the first line says so"))
        #expect(shown.contains("  TEXT_LINE        1"))
        #expect(place.run("show", "@2").lines.contains("covers       nodes, permissions below /"))
        #expect(place.run("show", "@2", "--format", "json").text.contains("\"partial\":true"))
        #expect(place.run("show", Self.dump).text.contains("records            758"))
    }

    @Test func aTextThatEndsWithinALineIsStoredAndSaidToBeCutOff() throws {
        let place = Workplace()
        place.write(Array(Files.read(Self.dump).dropLast(1000)), "dump")
        place.write(Array(Files.read(Self.listing).dropLast(10)), "listing")
        for file in ["dump", "listing"] {
            let outcome = place.run("import", file)
            #expect(outcome.ending == .exit(0) && outcome.errorText.contains("xsarchive: \(file): cut-line: the "))
            // What is missing is unknown, not removed.
            let name = file == "dump" ? Self.dump : Self.listing
            let changes = try JSONText.lines(place.run("diff", file, name, "--only", "node", "--format", "jsonl"))
            #expect(changes.allSatisfy { $0["change"] == nil } && changes.count == 1, "\(changes)")
            #expect(place.run("check", "@\(file)").text.contains("warning cut-line: "))
        }
    }

    @Test func aListingListsItself() {
        let place = place()
        expectBytes(place.run("ls", "@2", "-f", "-p").output, Files.read(Self.listing))
        expectBytes(place.run("ls", "@2").output, Fixtures.bytes("listings/xen-4.17-small.ls.txt"))
        expectBytes(place.run("cat", "@2", "/local/domain/1/name").output, Array("pv-web01\n".utf8))
        // A part of the tree, without what is above it.
        place.write(
            Array("/local/domain/1/name = \"a\"   (n0)\n/local/domain/1/name/deep/er = \"b\"   (n0)\n".utf8), "part.txt"
        )
        #expect(
            place.run("ls", "part.txt", "-f", "-p").text
                == "/local/domain/1/name = \"a\"   (n0)\n/local/domain/1/name/deep/er = \"b\"   (n0)\n")
    }

    @Test func questionsAboutTheWholeHostDoNotApplyToAListing() {
        let place = place()
        let outcome = place.run("check", "@2", "--severity", "error")
        #expect(outcome.text.contains("not applicable: needs connections, which this listing does not have"))
        #expect(!outcome.text.contains("restore"))
        #expect(
            place.run("check", "@1", "--severity", "error").text.contains(
                "restore: oxenstored would restore it unchanged"))
    }

    @Test func aDumpTellsEachLineAtItsPlace() throws {
        let place = Workplace()
        place.write(Array("$xenstored-dump-format\nglobal,3\r\nsocket,7\nwhat\n".utf8), "odd.dump")
        let outcome = place.run("dump", "odd.dump")
        expectDone(outcome)
        #expect(outcome.text.contains("23  record 2, GLOBAL_DATA: 10 bytes of text"))
        #expect(outcome.text.contains("verbatim: \"global,3\\r\\n\""))
        #expect(
            outcome.text.contains(
                "! warning unknown-line: record 4, offset 42: unknown line: \"what\\n\""))
        let objects = place.run("dump", "odd.dump", "--format", "jsonl").lines
        #expect(objects.count == 5)
        #expect(objects.last?.contains("\"offset\":42,\"size\":5") == true, "\(objects)")
    }

    @Test func aFolderGivesTextsToo() {
        let place = Workplace()
        expectDone(place.shell("mkdir in && cp \"$1\" \"$2\" in/", Self.dump, Self.listing))
        let outcome = place.run("import", "in")
        expectDone(outcome)
        #expect(outcome.lines.count == 2)
    }
}
