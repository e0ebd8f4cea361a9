import TestSupport
import Testing

@Suite struct ImageReferenceTests {
    private func name(_ reference: String) throws -> String? {
        let outcome = SharedArchive.run("show", "--format", "json", reference)
        expectDone(outcome)
        return try JSONText.object(outcome.text)["name"] as? String
    }

    @Test func imagesAreNamedByIDNameAndAge() throws {
        #expect(try name("@2") == "xen-4.17-small.bin")
        #expect(try name("@xen-4.17-seq-1.bin") == "xen-4.17-seq-1.bin")
        #expect(try name("@latest") == "xen-4.22-small.bin")
        #expect(try name("@latest~0") == "xen-4.22-small.bin")
        #expect(try name("@latest~1") == "xen-4.17-odd.bin")
        #expect(try name("@latest~5") == "xen-4.17-tiny.bin")
    }

    @Test func aNameStandsForItsNewestImage() throws {
        let place = Workplace()
        expectDone(place.run("import", "--name", "n", Fixtures.path("xen-4.17-tiny.bin")))
        expectDone(place.run("import", "--name", "n", Fixtures.path("xen-4.22-tiny.bin")))
        #expect(try JSONText.object(place.run("show", "--format", "json", "@n").text)["image"] as? String == "@2")
    }

    static let commands = [
        ["show", "@"], ["export", "@", "-o", "out"], ["diff", "@1", "@"], ["diff", "@", "@1"], ["ls", "@"],
        ["cat", "@", "/tool"],
        ["query", "dead_owner", "-i", "@"],
    ]

    @Test(arguments: commands, ["@99", "@0", "@-1", "@nope", "@", "@latest~6", "@latest~99999999999999999999", "@9e9"])
    func anImageThatIsNotThereIsTrouble(_ command: [String], _ reference: String) {
        let place = Workplace()
        let outcome = place.run(command.map { $0 == "@" ? reference : $0 } + ["-a", SharedArchive.path])
        if reference.hasSuffix("99999999") {
            expectFailure(
                outcome, 2,
                "\(reference): not a reference to an image; after @latest~ comes a number, like @latest~1")
        } else {
            expectFailure(
                outcome, 2, "\(SharedArchive.path): no image \(reference); 'xsarchive images --all' lists the images")
        }
        #expect(place.names == [])
    }

    @Test(arguments: commands) func aFileThatIsNotThereIsTrouble(_ command: [String]) {
        let outcome = SharedArchive.run(command.map { $0 == "@" ? "missing.bin" : $0 })
        if command[0] == "export" {
            expectFailure(
                outcome, 64,
                "missing.bin: not an archived image; give one like @1 or @latest, 'xsarchive images --all' lists them")
        } else {
            expectFailure(outcome, 2, containing: ["missing.bin: cannot open the file: No such file or directory; "])
        }
    }

    @Test(arguments: commands.filter { $0[0] != "export" }) func aDamagedFileIsTrouble(_ command: [String]) {
        let place = Workplace()
        place.write(Array(Fixtures.bytes("xen-4.17-tiny.bin")[..<200]), "cut.bin")
        let outcome = place.run(command.map { $0 == "@" ? "cut.bin" : $0 } + ["-a", SharedArchive.path])
        expectFailure(
            outcome, 2, containing: ["cut.bin: offset 172, record 5 (NODE_DATA), len: ", "the file is cut off"])
    }
}
