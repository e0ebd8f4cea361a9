import TestSupport
import Testing

/// Attempts to forge the custody log with SQLite's own shell.
@Suite struct CustodyCommandTests {
    /// Three images in two series, one of them twice.
    static func place() -> Workplace {
        let place = Workplace()
        expectDone(
            place.run(
                "import", "--series", "a", Fixtures.path("xen-4.17-seq-1.bin"), Fixtures.path("xen-4.17-seq-2.bin")))
        expectDone(place.run("import", "--series", "b", "--name", "again", Fixtures.path("xen-4.17-seq-1.bin")))
        expectDone(place.run("import", "--captured-at", "2026-08-01", Fixtures.path("xen-4.22-small.bin")))
        return place
    }

    /// Changes the log like an attacker with write access: the trigger is removed, and then
    /// restored.
    static func forge(_ place: Workplace, _ sql: String) {
        let triggers = "SELECT group_concat(sql, ';' || char(10)) || ';' FROM sqlite_schema WHERE type = 'trigger'"
        let names = ["custody_is_not_changed", "custody_is_not_deleted", "custody_is_added_to_at_its_end"]
        let again = place.sqlite(triggers).text
        let dropped = place.sqlite(names.map { "DROP TRIGGER \($0);" }.joined() + sql + ";\n" + again)
        #expect(dropped.ending == .exit(0), "\(dropped.errorText)")
        #expect(place.sqlite("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'").text == "3\n")
    }

    @Test func anImportIsToldWithWhoWhenAndWithWhat() throws {
        let place = Self.place()
        let entries = try JSONText.lines(place.run("custody", "--format", "jsonl"))
        #expect(entries.map { $0["entry_id"] as? Int } == [1, 2, 3, 4])
        #expect(entries.allSatisfy { $0["action"] as? String == "import" })
        #expect(entries.map { $0["image_id"] as? Int } == [1, 2, 3, 4])
        #expect(entries.map { $0["series"] as? String } == ["a", "a", "b", "main"])
        #expect(entries.dropFirst(2).first?["name"] as? String == "again")
        #expect(entries.dropFirst(2).first?["sha256"] as? String == entries.first?["sha256"] as? String)
        #expect(entries.last?["captured_at"] as? String == "2026-08-01T00:00:00Z")
        #expect(entries.last?["size"] as? Int == Fixtures.bytes("xen-4.22-small.bin").count)
        #expect(entries.last?["source"] as? String == Fixtures.path("xen-4.22-small.bin"))
        #expect((entries.last?["arguments"] as? String)?.hasPrefix("import --captured-at 2026-08-01 /") == true)
        #expect((entries.first?["tool"] as? String)?.hasPrefix("xsarchive ") == true)
        #expect((entries.first?["user"] as? String)?.contains("uid ") == true)
        #expect(entries.first?["previous"] as? String == String(repeating: "0", count: 64))
        for (entry, next) in zip(entries, entries.dropFirst()) {
            #expect(next["previous"] as? String == entry["hash"] as? String)
        }
        // The same image under the same label adds nothing, so there is no new entry.
        let before = place.bytes("xsarchive.db")
        expectDone(place.run("import", "--series", "a", Fixtures.path("xen-4.17-seq-1.bin")))
        expectBytes(place.bytes("xsarchive.db"), before)
    }

    /// The recipe of docs/archive.md, in another language.
    @Test func thePrintedRecipeComputesTheHashes() throws {
        let place = Self.place()
        let document = String(decoding: Files.read(Fixtures.root + "/docs/archive.md"), as: UTF8.self)
        let start = try #require(document.range(of: "```python\n"))
        let end = try #require(document[start.upperBound...].range(of: "```"))
        let outcome = place.shell("python3 -c \"$1\" xsarchive.db", String(document[start.upperBound..<end.lowerBound]))
        expectDone(outcome)
        #expect(outcome.text == "4 entries hold, 0 of them blanked\n")
        expectDone(place.run("remove", "@2", "--reason", "asked to"))
        let again = place.shell("python3 -c \"$1\" xsarchive.db", String(document[start.upperBound..<end.lowerBound]))
        #expect(again.text == "5 entries hold, 1 of them blanked\n", "\(again.errorText)")
        for column in ["arguments", "source", "user", "at"] {
            let forged = Workplace()
            forged.write(place.bytes("xsarchive.db"), "xsarchive.db")
            Self.forge(forged, "UPDATE custody SET \(column) = 'x' WHERE entry_id = 2")
            let refused = forged.shell(
                "python3 -c \"$1\" xsarchive.db", String(document[start.upperBound..<end.lowerBound]))
            #expect(refused.errorText.contains("AssertionError: 2"), "\(column)")
        }
    }

    @Test func sqliteItselfRefusesToChangeTheLog() {
        let place = Self.place()
        for sql in [
            "UPDATE custody SET user = 'x' WHERE entry_id = 2", "DELETE FROM custody",
            "DELETE FROM custody WHERE entry_id = 4",
            "INSERT OR REPLACE INTO custody SELECT * FROM custody WHERE entry_id = 2",
            "INSERT INTO custody SELECT entry_id + 7, at, action, user, host, tool, arguments, image_id, name, "
                + "series, captured_at, layout, size, "
                + "sha256, findings, source, note, previous, hash FROM custody WHERE entry_id = 1",
        ] {
            let outcome = place.sqlite(sql)
            #expect(outcome.ending != .exit(0), "\(sql)")
            #expect(outcome.errorText.contains("the custody log is"), "\(sql)")
        }
        expectDone(place.run("verify"))
    }

    /// Each line: the change, and what `verify` says about which entry.
    @Test(arguments: [
        ("UPDATE custody SET user = 'nobody' WHERE entry_id = 2", "entry 2 was changed"),
        ("UPDATE custody SET at = '2020-01-01T00:00:00Z' WHERE entry_id = 4", "entry 4 was changed"),
        ("UPDATE custody SET source = NULL WHERE entry_id = 1", "entry 1 was changed"),
        ("UPDATE custody SET name = series, series = name WHERE entry_id = 3", "entry 3 was changed"),
        ("UPDATE custody SET previous = hash WHERE entry_id = 3", "entry 3 does not match the entry before it"),
        ("UPDATE custody SET hash = previous WHERE entry_id = 3", "entry 3 was changed"),
        ("DELETE FROM custody WHERE entry_id = 2", "entry 3 comes instead of entry 2"),
        ("DELETE FROM custody WHERE entry_id = 1", "entry 2 comes instead of entry 1"),
    ])
    func aChangedEntryIsNamed(_ sql: String, _ expected: String) throws {
        let place = Self.place()
        Self.forge(place, sql)
        let outcome = place.run("verify", "--json")
        #expect(outcome.ending == .exit(2))
        let object = try JSONText.object(outcome.text)
        #expect(object["holds"] as? Bool == false)
        let first = try #require(object["first_problem"] as? [String: Any])
        #expect(first["subject"] as? String == "custody")
        #expect((first["problem"] as? String)?.hasPrefix(expected) == true, "\(first)")
    }

    /// Entries that were removed from the end show as images without an entry.
    @Test func aLogThatWasCutOffShowsByItsImages() throws {
        let place = Self.place()
        Self.forge(place, "DELETE FROM custody WHERE entry_id = 4")
        let outcome = place.run("verify", "--format", "jsonl")
        #expect(outcome.ending == .exit(2))
        let failed = try JSONText.lines(outcome).filter { $0["verdict"] as? String == "FAILED" }
        #expect(failed.map { $0["subject"] as? String } == ["@4"])
        #expect((failed.first?["problem"] as? String)?.hasPrefix("the custody log has no entry") == true)
    }

    /// The value that was written down reveals a consistent log that replaces the original one.
    @Test func whatWasWrittenDownIsHeldAgainstTheArchive() throws {
        let place = Self.place()
        let object = try JSONText.object(place.run("verify", "--json").text)
        let head = try #require(object["custody_head"] as? String)
        let digest = try #require(object["digest"] as? String)
        let text = place.run("verify").lines
        let written = try #require(text.last?.split(separator: " ").last.map(String.init))
        #expect(head.hasPrefix(written.filter { $0 != "-" }))
        #expect(text.dropLast().last?.hasSuffix(String(digest.prefix(4))) == false)
        for value in [head, digest, written, written.uppercased()] {
            expectDone(place.run("verify", "--expect", value))
        }
        // The log goes on; the entry that was its last is still in it.
        expectDone(place.run("import", Fixtures.path("xen-4.17-tiny.bin")))
        expectDone(place.run("verify", "--expect", head))
        #expect(place.run("verify", "--expect", digest).ending == .exit(2))
        // The archive is created again: only the value that was written down does not match.
        let other = Self.place()
        expectDone(other.run("verify"))
        expectDone(other.run("verify", "--expect", digest))
        expectUsage(other.run("verify", "--expect", "12"), "is not a digest")
        let forged = other.run("verify", "--expect", String(repeating: "a", count: 32))
        #expect(forged.ending == .exit(2))
        #expect(forged.text.contains("neither the digest nor the hash"))
    }
}
