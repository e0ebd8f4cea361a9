import TestSupport
import Testing

/// Logs on the command line.
@Suite struct LogsCommandTests {
    private let name = "oxenstored-4.17-script-all.log"

    private func withLog() -> Workplace {
        let place = Workplace()
        expectDone(place.run("import", "-q", "--series", "host7", Fixtures.path("logs/" + name)))
        return place
    }

    @Test func aLogIsImportedListedAndComesOutAsItWas() {
        let place = Workplace()
        let outcome = place.run("import", Fixtures.path("logs/" + name))
        expectDone(outcome)
        #expect(outcome.text.hasPrefix("log:1  \(name)  85 lines  8d897b23"))
        #expect(outcome.text.hasSuffix("  stored\n"))
        #expect(place.run("import", Fixtures.path("logs/" + name)).text.hasSuffix("  already imported\n"))
        expectDone(place.run("export", "log:1", "-o", "out"))
        expectBytes(place.bytes("out"), Fixtures.bytes("logs/" + name))
        expectBytes(place.run("export", "log:1", "--file", name).output, Fixtures.bytes("logs/" + name))
        #expect(place.run("logs", "--format", "csv").text.contains("1,main,\(name),access,1,85,4855,"))
        #expect(place.run("logs", "--files", "--format", "csv").text.contains(",85,85,"))
        #expect(place.run("logs", "--gaps", "--format", "jsonl").text.isEmpty)
        #expect(place.run("verify").text.contains("log:1"))
    }

    @Test func aTraceLogTakesATimeZone() {
        let place = Workplace()
        let trace = Fixtures.path("logs/xenstored-4.17-trace.log")
        let local = place.run("import", trace)
        #expect(local.ending == .exit(0) && local.errorText.contains("does not say the time zone"))
        let times = "SELECT first_at FROM logs"
        let before = place.run("sql", times, "--format", "csv").lines.last ?? ""
        #expect(!before.contains("Z"))
        expectDone(place.run("import", "--time-zone", "+01:00", trace))
        #expect(place.run("sql", times, "--format", "csv").lines.last?.hasSuffix("Z\r") == true)
        expectBytes(place.run("export", "log:1").output, Files.read(trace))
        expectDone(place.run("verify"))
        for zone in ["Berlin", "+15:00", "02:00"] {
            expectFailure(place.run("import", "--time-zone", zone, trace), 64, containing: ["--time-zone", zone])
        }
    }

    @Test func aCompressedLogInADirectoryIsReadToo() {
        let place = Workplace()
        place.write(Fixtures.bytes("logs/" + name), "access.log.1")
        expectDone(place.shell("mkdir logs && mv access.log.1 logs && gzip -n logs/access.log.1 && \"$0\" import logs"))
        #expect(place.run("logs", "--files", "--format", "csv").text.contains(",access.log.1,"))
    }

    @Test func aRemovedLogIsGone() {
        let place = withLog()
        let outcome = place.run("remove", "log:1", "--reason", "asked for")
        expectDone(outcome)
        #expect(outcome.text == "log:1  \(name)  removed\n")
        expectFailure(place.run("export", "log:1"), 2, containing: ["no log has the id 1"])
        let custody = place.run("custody", "--format", "csv").text
        #expect(custody.contains("asked for"))
        // What the import brought is blanked, and the log still proves itself.
        #expect(custody.contains("log:1; (blanked by entry 2)") && !custody.contains("logs/\(name)"))
        let verified = place.run("verify")
        expectDone(verified)
        #expect(verified.text.contains("blanked by removals    1 entries of the custody log"))
        expectDone(place.run("import", "-q", Fixtures.path("logs/" + name)))
        expectDone(place.run("verify"))
        #expect(place.sqlite("UPDATE custody SET note = 'x' WHERE entry_id = 1").ending != .exit(0))
    }

    /// A script finds the log that an import has stored.
    @Test func theIDOfALogIsInTheTableOfAnImport() throws {
        let place = Workplace()
        let rows = try JSONText.lines(
            place.run("import", "--format", "jsonl", Fixtures.path("logs/" + name), Fixtures.path("xen-4.17-tiny.bin")))
        #expect(rows.map { $0["log_id"] as? Int } == [1, nil])
        #expect(rows.map { $0["image_id"] as? Int } == [nil, 1])
    }

    @Test func whatIsNoLogIsRefused() {
        let place = withLog()
        expectFailure(place.run("export", "log:x"), 64, containing: ["log:x", "xsarchive logs"])
        expectFailure(place.run("export", "log:7"), 2, containing: ["no log has the id 7"])
        expectFailure(place.run("export", "log:1", "--file", "none"), 2, containing: ["has no file none"])
        expectFailure(place.run("export", "@1", "--file", "none"), 64, containing: ["--file requires a log"])
        expectFailure(place.run("logs", "--files", "--gaps"), 64, containing: ["--files and --gaps"])
        expectFailure(
            place.run("import", "--root", "/a", Fixtures.path("logs/" + name)), 2, containing: ["has no root"])
    }

    @Test func aQuerySaysWhatTheLogLacks() {
        let place = Workplace()
        let small = Fixtures.path("xen-4.17-tiny.bin")
        expectDone(place.run("import", "-q", small))
        let without = place.run("query", "log_writers")
        #expect(without.ending == .exit(0))
        #expect(without.errorText.contains("not applicable: needs a log"))
        #expect(place.run("query", "log_writers", "--format", "json").text.contains("not_applicable"))
        expectDone(place.run("import", "-q", Fixtures.path("logs/oxenstored-4.17-script-default.log")))
        let with = place.run("query", "log_writers", "-P", "log=log:1")
        #expect(with.ending == .exit(0))
        #expect(with.errorText.contains("requests that only read are not in it"))
        expectFailure(place.run("query", "log_writers", "-P", "log=3"), 2, containing: ["no log has the id 3"])
        expectFailure(place.run("query", "log_writers", "-i", "@1"), 64, containing: ["leave out -i"])
        let absent = place.run("query", "log_before", "-P", "path=/none")
        #expect(absent.ending == .exit(2))
        #expect(absent.errorLines.last?.contains("/none: no log has") == true)
    }

    @Test(
        arguments: QueryCommandTests.names.filter { $0.hasPrefix("log_") && $0 != "log_blame" },
        ["text", "json", "jsonl", "csv"])
    func everyQueryAboutLogsRuns(_ name: String, _ format: String) {
        let required = [
            "log_before": ["path=/a/b"], "log_handshake": ["path=/a/b"], "log_path": ["path=/a/b"],
            "log_domain": ["domid=3"], "log_guest": ["uuid=x"],
        ]
        let parameters = (required[name] ?? []).flatMap { ["-P", $0] }
        let outcome = withLog().run(["query", name, "--format", format] + parameters)
        // No device shakes hands in this log.
        #expect(outcome.ending == .exit(name == "log_handshake" ? 2 : 0), "\(outcome.errorText)")
    }

    @Test func blameNamesTheWriter() {
        let place = withLog()
        let image = Fixtures.path("xen-4.17-tiny.bin")
        expectDone(place.run("import", "-q", "--series", "host7", "--captured-at", "2026-11-26T18:54:49Z", image))
        let blame = place.run("blame", "@1", "--format", "csv")
        #expect(blame.ending == .exit(0))
        #expect(blame.text.hasPrefix("path,value,domid,connection,time,log_id,position,certainty,reason"))
        #expect(place.run("blame", "@1", "/none").ending == .exit(2))
        expectFailure(place.run("blame", image), 64, containing: ["not an archived image"])
        let events = place.run("log", "/a/b", "--events", "--format", "csv")
        #expect(events.ending == .exit(0))
        #expect(events.text.contains("event,\"log:1, 7\",0,A2,write,/a/b,v,,ok,1,0,,"))
        #expect(place.run("log", "--domain", "3", "--events").text.contains("introduce"))
        #expect(place.run("log", "--vm", "x", "--events").errorLines.last?.contains("guest x: neither") == true)
        #expect(place.run("log", "/none", "--events").ending == .exit(2))
        let other = Workplace()
        expectDone(other.run("import", "-q", image))
        expectFailure(other.run("log", "/tool", "--events"), 64, containing: ["needs a log"])
    }

    /// Guests write values.
    @Test func controlCharactersOfALogAreEscaped() {
        let place = Workplace()
        let line = "[20261125T21:50:25.326Z]  D5           write     data/x \\027[31mred\n"
        place.write(Array(line.utf8), "access.log")
        expectDone(place.run("import", "-q", "access.log"))
        let outcome = place.run("query", "log_before", "-P", "path=/local/domain/5/data/x")
        #expect(outcome.text.contains("\\x1b[31mred"))
        #expect(!outcome.output.contains(0x1B))
    }
}
