import TestSupport
import Testing

@Suite struct HelpTests {
    static let commands = [
        "import", "capture", "record", "images", "show", "export", "diff", "ls", "cat", "log", "domains", "access",
        "query", "sql",
        "dump", "check", "rebuild", "checkout", "build", "report", "verify", "custody", "merge",
        "snapshot", "publish", "upgrade", "remove", "prune", "watch",
    ]

    @Test(arguments: commands) func everyCommandExplainsItself(_ command: String) {
        let place = Workplace()
        let outcome = place.run(command, "--help")
        expectDone(outcome)
        #expect(outcome.text.hasPrefix("OVERVIEW: "))
        #expect(outcome.text.contains("USAGE: xsarchive \(command) "))
        #expect(outcome.text.contains("Example") && outcome.text.contains("  xsarchive \(command)"))
        if command != "dump" && command != "build" { #expect(outcome.text.contains("$XSARCHIVE")) }
        #expect(place.run("help", command).output == outcome.output)
        #expect(place.names == [])
    }

    @Test func formatsAreThoseThatTheCommandAccepts() {
        func help(_ command: String) -> String {
            Workplace().run("help", command).text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        #expect(help("show").contains("(values: text, json, jsonl; default: text)"))
        #expect(help("dump").contains("(values: text, jsonl; default: text)"))
        #expect(help("check").contains("(values: text, json, jsonl, csv, sarif, csv-safe; default: text)"))
        #expect(help("images").contains("(values: text, json, jsonl, csv, csv-safe; default: text)"))
    }

    /// An image keeps what is there, not who made it so.
    @Test func theHelpSaysThatNoImageSaysWhoChangedIt() {
        for command in ["log", "custody"] {
            let text = Workplace().run("help", command).text.split(whereSeparator: \.isWhitespace).joined(
                separator: " ")
            #expect(text.contains("'xsarchive access' says who could have (docs/operations.md)"), "\(command)")
        }
        #expect(Workplace().run("help", "sql").text.contains("ATTACH is refused here."))
    }

    @Test func theProgramNamesItsCommandsAndExitStatuses() {
        for arguments in [["--help"], ["help"], []] {
            let outcome = Workplace().run(arguments)
            expectDone(outcome)
            #expect(
                outcome.text.contains("Exit status: 0 done or same, 1 differences or findings, 2 trouble, 64 wrong"))
            for command in Self.commands {
                #expect(outcome.lines.contains { $0.hasPrefix("  \(command) ") }, "\(command)")
            }
        }
    }

    @Test func theExamplesOfTheHelpAreAccepted() {
        let place = Workplace.withSharedImages()
        #expect(place.run("diff", "@latest~1", "@latest").ending == .exit(1))
        expectDone(place.run("export", "@latest", "-o", "state_dump"))
        expectDone(place.run("query", "dead_owner", "-i", "@latest"))
        expectDone(place.run("query", "path_history", "-P", "path=/local/domain/1/name"))
        expectDone(place.run("query", "growth", "-P", "before_id=@latest~1", "-P", "after_id=@latest"))
        expectDone(place.run("log", "/local/domain/1/name"))
        expectDone(place.run("domains", "@latest"))
        expectDone(place.run("access", "@latest", "--domain", "1", "/local/domain/1/name"))
        expectDone(place.run("access", "@latest", "--domain", "7", "--format", "csv"))
        #expect(place.run("check", "@latest", "--fail-on", "error", "--format", "sarif").ending == .exit(0))
        expectDone(place.run("report", "@latest", "-o", "report.html"))
        expectDone(place.run("report", "@latest~1", "@latest", "-o", "changes.html"))
        expectDone(
            place.run("sql", "SELECT path, value FROM nodes WHERE image_id = 1 AND path GLOB '/local/domain/1/*'"))
        expectDone(place.run("sql", "-i", "@latest", "SELECT * FROM watches WHERE image_id = :image_id"))
        expectDone(
            place.run(
                "sql", "-P", "path=/local/domain/1/name", "SELECT image_id, value FROM nodes WHERE path = :path"))
        expectDone(place.run("ls", "@latest", "-f", "-p", "/local/domain/1"))
        expectDone(place.run("cat", "@latest", "/local/domain/1/name"))
        expectDone(place.run("import", "--series", "host7", "--captured-at", "2026-08-01T12:00:00Z", "state_dump"))
        expectDone(place.run("images", "--series", "host7"))
        #expect(place.run("checkout", "@latest", "work.db").ending == .exit(0))
        #expect(place.run("build", "work.db", "-o", "built").ending == .exit(0))
        #expect(place.run("rebuild", "@2", "-o", "rebuilt", "--layout", "v1").ending == .exit(0))
        #expect(place.run("rebuild", "@2", "--save-as", "smaller", "--drop", "sockets").ending == .exit(0))
        #expect(place.run("rebuild", "@2", "-o", "guest.bin", "--domain", "2").ending == .exit(0))
        #expect(
            place.run(
                "rebuild", "@2", "-o", "edited.bin", "--set", "/local/domain/2/name=db01", "--remove",
                "/local/domain/2/device", "--drop", "sockets"
            )
            .ending == .exit(0))
    }

    @Test func theVersionIsOneLine() {
        let outcome = Workplace().run("--version")
        expectDone(outcome)
        #expect(outcome.lines.count == 1)
        #expect(outcome.text.split(separator: ".").count == 3)
    }

    @Test(arguments: commands) func anUnknownOptionIsWrongUsage(_ command: String) {
        let operands =
            [
                "import": 1, "show": 1, "export": 1, "diff": 2, "ls": 1, "cat": 2, "sql": 1, "dump": 1, "check": 1,
                "rebuild": 1, "checkout": 2, "build": 1, "report": 1, "log": 1,
                "domains": 1, "access": 1, "merge": 1, "snapshot": 1, "publish": 1, "remove": 1,
            ][command] ?? 0
        let place = Workplace()
        let needed =
            [
                "access": ["--domain", "1"], "build": ["-o", "y"], "prune": ["--keep-last", "1"],
                "record": ["--series", "s"], "watch": ["--series", "s"],
            ][command] ?? []
        expectUsage(
            place.run([command, "--frobnicate"] + needed + Array(repeating: "x", count: operands)),
            "Unknown option '--frobnicate'")
        #expect(place.names == [])
    }

    @Test func anUnknownCommandIsWrongUsage() {
        expectUsage(Workplace().run("frobnicate"), "frobnicate")
        expectUsage(Workplace().run("--frobnicate"), "Unknown option '--frobnicate'")
        expectUsage(Workplace().run("images", "-a"), "Missing value for '-a <archive>'")
    }
}
