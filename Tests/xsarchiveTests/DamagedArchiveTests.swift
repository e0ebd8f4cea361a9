import TestSupport
import Testing

@Suite struct DamagedArchiveTests {
    /// A copy of the shared archive in which a value of @4 is replaced by one with the same length.
    private func damaged() throws -> Workplace {
        let place = Workplace.withSharedImages()
        let outcome = place.sqlite("UPDATE node_span SET value = '666' WHERE value = '777'; SELECT changes()")
        try #require(outcome.lines == ["1"], "\(outcome.errorText)")
        return place
    }

    @Test func anImageThatDoesNotComeOutRightIsNotExported() throws {
        let place = try damaged()
        expectFailure(
            place.run("export", "@4", "-o", "out"), 2,
            containing: [
                "xsarchive.db: stream 4 now has 151672 bytes, SHA-256 ",
                "the archive is damaged: restore a backup",
            ])
        #expect(place.names == ["xsarchive.db"])
        expectFailure(place.run("export", "@4"), 2, containing: ["the archive is damaged: restore a backup"])
        place.write([1], "out")
        expectFailure(
            place.run("export", "@4", "-o", "out", "--force"), 2,
            containing: ["the archive is damaged: restore a backup"]
        )
        #expect(place.bytes("out") == [1])
        #expect(place.names == ["out", "xsarchive.db"])
    }

    @Test func imagesBesideADamagedOneComeOut() throws {
        let place = try damaged()
        for (index, name) in SharedArchive.names.enumerated() where index != 3 {
            expectBytes(place.run("export", "@\(index + 1)").output, Fixtures.bytes(name), "\(name)")
        }
    }

    @Test func verifyNamesTheDamagedImage() throws {
        let place = try damaged()
        let outcome = place.run("verify", "--format", "jsonl")
        #expect(outcome.ending == .exit(2))
        let rows = try JSONText.lines(outcome)
        #expect(rows.filter { $0["verdict"] as? String != "ok" }.map { $0["subject"] as? String } == ["@4"])
        #expect(
            (rows.first { $0["subject"] as? String == "@4" }?["problem"] as? String)?.contains("now has") == true
        )
        #expect(place.run("verify").lines.filter { $0.contains("FAILED") }.map { $0.prefix(3) } == ["@4 "])
    }

    @Test func aRowThatIsGoneIsFound() throws {
        let place = Workplace.withSharedImages()
        let outcome = place.sqlite("DELETE FROM node_span WHERE value = '777'; SELECT changes()")
        try #require(outcome.lines == ["1"])
        #expect(place.run("verify").ending == .exit(2))
        expectFailure(place.run("export", "@4", "-o", "out"), 2, containing: ["damaged"])
        #expect(place.names == ["xsarchive.db"])
    }

    @Test func aReferenceToNothingIsFound() throws {
        let place = Workplace.withSharedImages()
        let outcome = place.sqlite("DELETE FROM path WHERE path = '/tool'; SELECT changes()")
        try #require(outcome.lines == ["1"])
        let rows = try JSONText.lines(place.run("verify", "--format", "jsonl"))
        #expect(rows.contains { $0["subject"] as? String == "foreign keys" && $0["verdict"] as? String == "FAILED" })
        expectFailure(place.run("export", "@1", "-o", "out"), 2, containing: ["xsarchive.db: "])
        #expect(place.names == ["xsarchive.db"])
    }

    @Test func bytesOverwrittenInTheFileNeverComeOutAsAnImage() {
        var random = SeededGenerator(seed: 417)
        let whole = Files.read(SharedArchive.path)
        for round in 0..<5 {
            let place = Workplace()
            var bytes = whole
            // After the first page, which identifies the kind of file.
            let start = 4096 + random.below(bytes.count - 4096 - 64)
            for offset in 0..<64 { bytes[start + offset] = UInt8(random.below(256)) }
            place.write(bytes, "xsarchive.db")
            for index in SharedArchive.names.indices {
                let outcome = place.run("export", "@\(index + 1)", "-o", "out-\(index)")
                if place.names.contains("out-\(index)") {
                    #expect(outcome.ending == .exit(0), "round \(round)")
                    expectBytes(
                        place.bytes("out-\(index)"), Fixtures.bytes(SharedArchive.names[index]), "round \(round)")
                } else {
                    expectFailure(outcome, 2, containing: ["; "])
                }
            }
            let verdict = place.run("verify")
            #expect(verdict.ending == .exit(0) || verdict.ending == .exit(2), "round \(round): \(verdict.errorText)")
        }
    }
}
