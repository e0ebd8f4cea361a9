import TestSupport
import Testing

/// What a removed image brought into the custody log goes with it, and the log still proves itself.
@Suite struct CustodyBlankingTests {
    private static let secret = "TOPSECRET123"

    /// An image, and one made from it with a secret.
    private func place() throws -> Workplace {
        let place = Workplace()
        place.write(
            try HandmadeStream(nodes: [("/", ""), ("/tool", ""), ("/tool/password", "old")]).bytes(), "a.bin")
        expectDone(place.run("import", "a.bin"))
        let made = place.run("rebuild", "@1", "--save-as", "sec", "--set", "/tool/password=\(Self.secret)")
        #expect(made.ending == .exit(0))
        return place
    }

    private func entries(_ place: Workplace) throws -> [[String: Any]] {
        try JSONText.lines(place.run("custody", "--format", "jsonl"))
    }

    private func occurrences(_ text: String, _ place: Workplace) -> Int {
        place.names.filter { $0.hasPrefix("xsarchive") }.reduce(0) { sum, name in
            sum + (Int(place.shell("grep -aoF \"$1\" \"$2\" | wc -l", text, name).text.dropLast()) ?? 0)
        }
    }

    @Test func aSecretOfARebuildIsGoneFromEveryFile() throws {
        let place = try place()
        #expect(occurrences(Self.secret, place) == 3)
        expectDone(place.run("remove", "@2", "--reason", "asked to"))
        #expect(occurrences(Self.secret, place) == 0)
        #expect(place.names == ["a.bin", "xsarchive.db"])
        let entries = try entries(place)
        #expect(entries.map { $0["action"] as? String } == ["import", "rebuild", "remove"])
        #expect(entries[1]["arguments"] as? String == "(blanked by entry 3)")
        #expect(entries[1]["note"] as? String == "(blanked by entry 3)")
        // That it was made from @1 says nothing of what it held.
        #expect(entries[1]["source"] as? String == "@1")
        #expect(entries[1]["name"] as? String == "sec" && (entries[1]["sha256"] as? String)?.count == 64)
        #expect(entries[2]["note"] as? String == "asked to")
        #expect((entries[2]["source"] as? String)?.hasPrefix("blanked 2:") == true)
        // The entry of the image that is still there is as it was.
        #expect((entries[0]["source"] as? String)?.hasSuffix("/a.bin") == true)
        let verified = place.run("verify")
        expectDone(verified)
        #expect(verified.lines.contains("blanked by removals    1 entries of the custody log"))
        #expect(try JSONText.object(place.run("verify", "--json").text)["blanked_entries"] as? Int == 1)
    }

    /// The hash that was written down before the removal is still found.
    @Test func theChainIsTheOneThatWasWrittenDown() throws {
        let place = try place()
        let head = try #require(try JSONText.object(place.run("verify", "--json").text)["custody_head"] as? String)
        expectDone(place.run("remove", "@2"))
        expectDone(place.run("verify", "--expect", head))
        expectDone(place.run("remove", "@1"))
        expectDone(place.run("verify", "--expect", head))
        #expect(try entries(place).count == 4)
        // The triggers are in place again.
        #expect(place.sqlite("UPDATE custody SET note = 'x' WHERE entry_id = 2").ending != .exit(0))
        expectDone(place.run("import", "a.bin"))
        expectDone(place.run("verify"))
    }

    /// The steps of an image that is still there stay; what they altered in the removed one does
    /// not.
    @Test func whatTheNoteOfAnImageSaysOfItsRemovedParentGoes() throws {
        let place = try place()
        expectDone(place.run("remove", "@1"))
        let entries = try entries(place)
        #expect(entries[0]["arguments"] as? String == "(blanked by entry 3)")
        #expect(entries[0]["source"] as? String == "(blanked by entry 3)")
        #expect((entries[1]["arguments"] as? String)?.contains(Self.secret) == true)
        let note = try JSONText.object(try #require(entries[1]["note"] as? String))
        #expect(note["alterations"] as? [String] == ["(blanked by entry 3)"])
        #expect((note["steps"] as? [[String: Any]])?.first?["value"] as? String == Self.secret)
        expectDone(place.run("verify"))
        // Then the other one goes, too: its entry is blanked again.
        expectDone(place.run("remove", "@2"))
        #expect(occurrences(Self.secret, place) == 0)
        expectDone(place.run("verify"))
        #expect(try JSONText.object(place.run("verify", "--json").text)["blanked_entries"] as? Int == 2)
    }

    /// A redacted file that was made from the image has an entry of its own.
    @Test func theEntryOfAFileMadeFromTheImageIsBlanked() throws {
        let place = try place()
        let made = place.run(
            "rebuild", "@2", "-o", "out.bin", "--redact", "--set", "/tool/name=\(Self.secret)")
        #expect(made.ending == .exit(0))
        expectDone(place.run("remove", "@2"))
        #expect(occurrences(Self.secret, place) == 0)
        #expect(try entries(place)[2]["arguments"] as? String == "(blanked by entry 4)")
        expectDone(place.run("verify"))
    }

    /// The log of an archive with a blanked entry is merged, verified, and blanked again.
    @Test func aBlankedEntryOfAMergedArchiveIsKnown() throws {
        let place = try place()
        expectDone(place.run("remove", "@2"))
        #expect(place.run("-a", "whole.db", "merge", "xsarchive.db").ending == .exit(0))
        expectDone(place.run("-a", "whole.db", "verify"))
        expectDone(place.run("-a", "whole.db", "remove", "@1"))
        expectDone(place.run("-a", "whole.db", "verify"))
    }

    /// Each line: a change by someone who can write to the file, and what `verify` says.
    @Test(arguments: [
        ("UPDATE custody SET user = 'x' WHERE entry_id = 2", "entry 2 was changed after entry 3 blanked it"),
        ("UPDATE custody SET note = 'x' WHERE entry_id = 2", "entry 2 was changed after entry 3 blanked it"),
        ("UPDATE custody SET arguments = 'x' WHERE entry_id = 1", "entry 1 was changed"),
        ("UPDATE custody SET source = NULL WHERE entry_id = 3", "entry 2 was changed"),
        (
            "UPDATE custody SET source = replace(source, 'blanked 2:', 'blanked 1:') WHERE entry_id = 3",
            "entry 1 was blanked by entry 3, which removed an image that it does not concern"
        ),
    ])
    func aBlankedEntryIsStillProtected(_ sql: String, _ expected: String) throws {
        let place = try place()
        expectDone(place.run("remove", "@2"))
        CustodyCommandTests.forge(place, sql)
        let outcome = place.run("verify", "--json")
        #expect(outcome.ending == .exit(2))
        let first = try #require(try JSONText.object(outcome.text)["first_problem"] as? [String: Any])
        #expect((first["problem"] as? String)?.hasPrefix(expected) == true, "\(first)")
    }
}
