import Foundation
import TestSupport
import Testing

/// `merge` takes another archive's images with their labels, times, findings and custody log.
@Suite struct MergeCommandTests {
    /// An archive of a colleague, with two series, an odd image, a damaged one, a listing and one
    /// that was made from another.
    private func other(_ place: Workplace) {
        func run(_ arguments: String...) { expectDone(place.run(["-a", "other.db"] + arguments)) }
        run("import", "--series", "host7", "--captured-at", "2026-08-01T10:00:00Z", Fixtures.path("xen-4.17-seq-1.bin"))
        run("import", "--series", "host7", "--captured-at", "2026-08-01T12:00:00Z", Fixtures.path("xen-4.17-seq-2.bin"))
        run("import", "--series", "host8", Fixtures.path("xen-4.17-odd.bin"))
        place.write(Array(Fixtures.bytes("xen-4.17-small.bin")[..<5000]), "cut")
        #expect(
            place.run("-a", "other.db", "import", "-q", "--series", "host8", "--salvage", "cut").ending == .exit(0))
        run("import", "--series", "host8", Fixtures.path("listings/xen-4.17-small.ls-f.txt"))
        run("rebuild", "@1", "--save-as", "small", "--set", "/local/domain/0/name=x")
    }

    private func labels(_ place: Workplace, _ archive: String) throws -> [String] {
        try JSONText.lines(place.run("-a", archive, "images", "--all", "--format", "jsonl")).map { row in
            ["series", "name", "captured_at", "imported_at", "sha256", "layout", "nodes", "records"]
                .map { "\(row[$0] ?? "-")" }.joined(separator: "|")
        }
    }

    @Test func theLogsOfAnArchiveComeWithIt() throws {
        let place = Workplace()
        let (log, rotated) = (Fixtures.path("logs/oxenstored-access.log"), "logs/oxenstored-access-rotated.log.1")
        let trace = Fixtures.path("logs/xenstored-4.17-trace.log")
        func other(_ arguments: String...) { expectDone(place.run(["-a", "other.db"] + arguments)) }
        other("import", "-q", Fixtures.path("xen-4.17-tiny.bin"))
        other("import", "-q", log, Fixtures.path(rotated))
        other("import", "-q", "--series", "host7", trace)
        expectDone(place.run("import", "-q", log))
        let outcome = place.run("merge", "other.db")
        expectDone(outcome)
        #expect(outcome.lines.map { $0.prefix(5) } == ["@1  x", "log:1", "log:2", "log:3"])
        #expect(outcome.lines[1].contains("  from log:1  ") && outcome.lines[1].hasSuffix("  already imported"))
        #expect(outcome.lines[3].hasSuffix("  stored"))
        expectBytes(place.run("export", "log:3").output, Files.read(trace))
        func column(_ archive: String, _ sql: String) -> [String] { place.run("-a", archive, "sql", sql).lines }
        let files = "SELECT name, size, sha256, modified_at FROM log_files ORDER BY name"
        #expect(column("xsarchive.db", files) == column("other.db", files))
        let events = "SELECT time, connection, operation, path, value, outcome FROM events ORDER BY log_id, position"
        #expect(column("xsarchive.db", events) == column("other.db", events))
        expectDone(place.run("verify"))
        let before = place.bytes("xsarchive.db")
        let again = place.run("merge", "other.db")
        expectDone(again)
        #expect(again.lines.allSatisfy { $0.hasSuffix("  already imported") })
        #expect(place.bytes("xsarchive.db") == before)
        let rows = try JSONText.lines(place.run("merge", "other.db", "--format", "jsonl"))
        #expect(rows.map { $0["log_id"] as? Int } == [nil, 1, 2, 3])
    }

    /// The same images and logs have the same digest, whatever way they came.
    @Test func theDigestCoversLogs() throws {
        let place = Workplace()
        func digest(_ archive: String) throws -> String {
            try #require(
                try JSONText.object(place.run("-a", archive, "verify", "--json").text)["digest"] as? String)
        }
        let log = Fixtures.path("logs/oxenstored-access.log")
        expectDone(place.run("-a", "a.db", "import", "-q", Fixtures.path("xen-4.17-tiny.bin")))
        let without = try digest("a.db")
        expectDone(place.run("-a", "a.db", "import", "-q", log))
        #expect(try digest("a.db") != without)
        expectDone(place.run("-a", "b.db", "import", "-q", log))
        #expect(try digest("b.db") != digest("a.db"))
        expectDone(place.run("-a", "b.db", "merge", "a.db"))
        #expect(try digest("b.db") == digest("a.db"))
        expectDone(place.run("-a", "a.db", "remove", "log:1"))
        #expect(try digest("a.db") == without)
    }

    @Test func everyImageComesWithItsLabelTimesFindingsAndBytes() throws {
        let place = Workplace()
        other(place)
        let before = place.bytes("other.db")
        expectDone(place.run("import", Fixtures.path("xen-4.17-tiny.bin")))
        let outcome = place.run("merge", "other.db")
        expectDone(outcome)
        #expect(outcome.lines.count == 6)
        #expect(outcome.lines.first?.hasPrefix("@2  xen-4.17-seq-1.bin  from @1  ") == true)
        #expect(place.bytes("other.db") == before)
        #expect(try Array(labels(place, "xsarchive.db").dropFirst()) == labels(place, "other.db"))
        for id in 1...6 {
            let (theirs, ours) = (
                place.run("-a", "other.db", "export", "@\(id)", "-o", "-"), place.run("export", "@\(id + 1)", "-o", "-")
            )
            expectBytes(ours.output, theirs.output)
            let findings = "SELECT rule, severity, record, offset, message FROM findings WHERE image_id = "
            #expect(
                place.run("sql", findings + "\(id + 1)").text
                    == place.run("-a", "other.db", "sql", findings + "\(id)").text)
        }
        #expect(place.run("show", "@7").lines.contains("parent             @2"))
        expectDone(place.run("verify"))
        #expect(place.names.allSatisfy { !$0.contains("partial") })
    }

    @Test func mergingAgainAddsOnlyWhatIsNew() throws {
        let place = Workplace()
        other(place)
        expectDone(place.run("merge", "other.db"))
        let before = place.bytes("xsarchive.db")
        let again = place.run("merge", "other.db")
        expectDone(again)
        #expect(again.lines.allSatisfy { $0.hasSuffix("  already imported") })
        #expect(place.bytes("xsarchive.db") == before)
        expectDone(place.run("-a", "other.db", "import", "--series", "host9", Fixtures.path("xen-4.22-tiny.bin")))
        let more = place.run("merge", "other.db")
        #expect(more.lines.map { $0.hasSuffix("  stored") } == [false, false, false, false, false, false, true])
        #expect(place.run("images", "--all", "--format", "jsonl").lines.count == 7)
        expectDone(place.run("verify"))
    }

    @Test func anImageUnderTheSameNameIsSaid() throws {
        let place = Workplace()
        expectDone(
            place.run("-a", "other.db", "import", "--name", "state", Fixtures.path("xen-4.17-seq-1.bin")))
        expectDone(place.run("import", "--name", "state", Fixtures.path("xen-4.17-seq-2.bin")))
        let outcome = place.run("merge", "other.db")
        #expect(outcome.ending == .exit(0))
        #expect(
            outcome.errorLines == [
                "xsarchive: @2: @1 has the same series and name, main and state, and is another image"
            ])
        #expect(place.run("images", "--all", "--format", "jsonl").lines.count == 2)
    }

    @Test func theOtherCustodyLogStaysReadableAndIsChecked() throws {
        let place = Workplace()
        other(place)
        let theirs = try JSONText.lines(place.run("-a", "other.db", "custody", "--format", "jsonl"))
        expectDone(place.run("merge", "other.db"))
        let kept = try JSONText.lines(place.run("custody", "--merged", "--format", "jsonl"))
        #expect(kept.map { $0["hash"] as? String } == theirs.map { $0["hash"] as? String })
        #expect(kept.allSatisfy { $0["origin"] as? Int == 1 })
        let own = try JSONText.lines(place.run("custody", "--format", "jsonl"))
        #expect(own.map { $0["action"] as? String }.filter { $0 == "merge" }.count == 6)
        #expect(own.last?["sha256"] as? String == theirs.last?["hash"] as? String)
        #expect(own.last?["source"] as? String == place.file("other.db"))
        // A merge of a merged archive keeps both logs.
        expectDone(place.run("-a", "third.db", "merge", "xsarchive.db"))
        let both = try JSONText.lines(place.run("-a", "third.db", "custody", "--merged", "--format", "jsonl"))
        #expect(both.count == own.count + theirs.count)
        expectDone(place.run("-a", "third.db", "verify"))
        for (file, sql) in [
            ("third.db", "UPDATE origin_custody SET user = 'mallory' WHERE origin_id = 2 AND entry_id = 1"),
            ("xsarchive.db", "DELETE FROM origin_custody WHERE entry_id = 6"),
            ("xsarchive.db", "UPDATE origin SET entry_id = 1"),
        ] {
            let bytes = place.bytes(file)
            expectDone(place.sqlite(sql, file: file))
            let outcome = place.run("-a", file, "verify")
            #expect(outcome.ending == .exit(2) && outcome.text.contains("merged archive"), "\(sql): \(outcome.text)")
            place.write(bytes, file)
        }
    }

    @Test func aRemovedImageLeavesNothingInTheOtherLog() throws {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "tiny")
        let rebuilt = place.run("-a", "other.db", "rebuild", "tiny", "--save-as", "s", "--set", "/local=TOPSECRET123")
        #expect(rebuilt.ending == .exit(0))
        expectDone(place.run("merge", "other.db"))
        expectDone(place.run("remove", "@1"))
        let logged = place.run("sql", "SELECT count(*) FROM origin_custody WHERE note LIKE '%TOPSECRET123%'")
        #expect(logged.lines.last?.hasSuffix("0") == true)
        expectDone(place.run("verify"))
        #expect(try JSONText.lines(place.run("custody", "--merged", "--format", "jsonl")).count == 1)
        // The log with its blank entry can be merged again, with the log around it.
        expectDone(place.run("import", Fixtures.path("xen-4.17-tiny.bin")))
        expectDone(place.run("-a", "third.db", "merge", "xsarchive.db"))
        expectDone(place.run("-a", "third.db", "verify"))
    }

    @Test(arguments: ["v001.db", "v003.db", "v005.db"]) func anArchiveOfAnEarlierSchemaIsCopiedAndNotChanged(
        _ name: String
    ) throws {
        let place = Workplace()
        place.write(Fixtures.bytes("archives/" + name), "old.db")
        let outcome = place.run("merge", "old.db")
        expectDone(outcome)
        #expect(place.bytes("old.db") == Fixtures.bytes("archives/" + name))
        #expect(place.names.sorted() == ["old.db", "xsarchive.db"])
        expectDone(place.run("verify"))
        #expect(outcome.lines.count == place.run("images", "--all", "--format", "jsonl").lines.count)
    }

    @Test func whatIsNotAnArchiveOrDoesNotVerifyChangesNothing() throws {
        let place = Workplace()
        other(place)
        expectDone(place.run("import", Fixtures.path("xen-4.17-tiny.bin")))
        let before = place.bytes("xsarchive.db")
        func refuses(_ name: String, _ status: Int32, _ text: String) {
            expectFailure(place.run("merge", name), status, containing: [text])
            #expect(place.bytes("xsarchive.db") == before)
        }
        refuses("missing.db", 2, "missing.db: no such archive")
        refuses("xsarchive.db", 64, "xsarchive.db: is the archive itself")
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "stream")
        refuses("stream", 2, "not an archive")
        let good = place.bytes("other.db")
        for (sql, text) in [
            ("CREATE TRIGGER t AFTER INSERT ON image BEGIN SELECT 1; END", "unexpected trigger t"),
            ("UPDATE image SET name = 'forged' WHERE image_id = 3", "an archive that does not verify is not merged"),
            ("UPDATE node_span SET value = 'forged' WHERE value = 'Domain-0'", "@1: "),
        ] {
            place.write(good, "other.db")
            expectDone(place.sqlite(sql, file: "other.db"))
            refuses("other.db", 2, text)
        }
        #expect(place.run("images", "--all", "--format", "jsonl").lines.count == 1)
    }

    @Test func anInterruptedMergeLeavesNothing() {
        let place = Workplace()
        other(place)
        expectDone(place.run("import", Fixtures.path("xen-4.17-tiny.bin")))
        // A file that cannot grow, as on a full disk.
        let outcome = place.shell("ulimit -f 400; \"$0\" merge other.db")
        #expect(outcome.ending == .exit(2), "\(outcome.errorText)")
        #expect(place.run("images", "--all", "--format", "jsonl").lines.count == 1)
        expectDone(place.run("verify"))
    }
}
