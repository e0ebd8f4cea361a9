import TestSupport
import Testing

/// What a person sees on a terminal, and what stays the same in a pipe.
@Suite struct LooksTests {
    private static let escape = "\u{1B}["

    private func sequence() -> Workplace {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-seq-1.bin"), "old.bin")
        place.write(Fixtures.bytes("xen-4.17-seq-2.bin"), "new.bin")
        return place
    }

    /// The text without colors; it may contain no other control sequences.
    private func plain(_ text: String) -> String {
        text.replacing(/\u{1B}\[[0-9;]*m/, with: "")
    }

    // MARK: Colours

    @Test func aTerminalGetsColoursAndAPipeDoesNot() {
        let place = sequence()
        let seen = TerminalRun(place, ["diff", "old.bin", "new.bin"])
        #expect(seen.ending == .exit(1))
        #expect(
            seen.text.contains("\u{1B}[31m- @releaseDomain (socket-fd 9, token \"3/0\")\u{1B}[0m")
                || seen.text.contains("\u{1B}[31m- watch @releaseDomain"))
        #expect(seen.text.contains("\u{1B}[31m\"4\"\u{1B}[0m → \u{1B}[32m\"5\"\u{1B}[0m"))
        #expect(!place.run("diff", "old.bin", "new.bin").text.contains(Self.escape))
    }

    @Test(
        arguments: [
            (["--color", "never"], [:], false), (["--color", "always"], ["NO_COLOR": "1"], true),
            ([], ["NO_COLOR": "1"], false), ([], ["NO_COLOR": ""], true),
            ([], ["TERM": "dumb"], false), ([], ["CLICOLOR": "0"], false),
            ([], ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], false), ([], [:], true),
        ] as [([String], [String: String], Bool)])
    func optionsAndVariablesDecideOnATerminal(_ options: [String], _ environment: [String: String], _ isColored: Bool) {
        let seen = TerminalRun(sequence(), ["diff", "old.bin", "new.bin"] + options, environment: environment)
        #expect(seen.text.contains(Self.escape) == isColored, "\(options) \(environment)")
    }

    @Test(
        arguments: [
            (["--color", "always"], [:], true), ([], ["CLICOLOR_FORCE": "1"], true),
            ([], ["CLICOLOR_FORCE": "0"], false), (["--color", "never"], ["CLICOLOR_FORCE": "1"], false),
        ] as [([String], [String: String], Bool)])
    func optionsAndVariablesDecideInAPipe(_ options: [String], _ environment: [String: String], _ isColored: Bool) {
        let place = sequence()
        let outcome = place.start(["diff", "old.bin", "new.bin"] + options, environment: environment).outcome()
        #expect(outcome.text.contains(Self.escape) == isColored, "\(options) \(environment)")
        #expect(plain(outcome.text) == place.run("diff", "old.bin", "new.bin").text)
    }

    @Test(arguments: [
        ["check", "@2"], ["show", "@2"], ["images"], ["domains", "@2"], ["query"], ["sql", "SELECT 1 AS one"],
        ["verify"], ["log", "/local/domain/1/name"],
    ])
    func coloursAreTheOnlyDifference(_ command: [String]) {
        let place = Workplace.withSharedImages()
        let colored = place.run(command + ["--color", "always"])
        #expect(colored.text.contains(Self.escape))
        #expect(plain(colored.text) == place.run(command).text)
    }

    @Test func dataForMachinesHasNoColours() {
        for format in ["json", "jsonl", "csv"] {
            let outcome = SharedArchive.run("domains", "@2", "--format", format, "--color", "always")
            expectDone(outcome)
            #expect(!outcome.text.contains(Self.escape), "\(format)")
        }
    }

    @Test func anErrorIsMarkedOnATerminalOnly() {
        let place = Workplace()
        #expect(
            TerminalRun(place, ["show", "missing"]).text.hasPrefix(
                "\u{1B}[1;31mxsarchive:\u{1B}[0m missing: cannot open the file"))
        #expect(place.run("show", "missing").errorText.hasPrefix("xsarchive: missing: "))
    }

    // MARK: Widths

    @Test(arguments: [UInt16(60), 100]) func aTableFitsTheTerminal(_ columns: UInt16) {
        let place = Workplace.withSharedImages()
        let lines = TerminalRun(place, ["query", "--color", "never"], columns: columns).lines
        #expect(lines.count > 40)
        #expect(lines.allSatisfy { $0.count <= Int(columns) })
        #expect(lines.contains { $0.hasPrefix("  ") } && !lines[0].contains("…"))
        // COLUMNS takes precedence over the terminal's own width.
        let narrow = TerminalRun(
            place, ["query", "--color", "never"], columns: columns, environment: ["COLUMNS": "50"]
        ).lines
        #expect(narrow.allSatisfy { $0.count <= 50 })
    }

    @Test func nothingIsCutInAPipe() {
        let outcome = SharedArchive.run("query")
        #expect(!outcome.text.contains("…") && outcome.lines.contains { $0.count > 80 })
        let place = Workplace()
        let narrow = place.start(["query"], environment: ["COLUMNS": "50"]).outcome()
        expectBytes(narrow.output, outcome.output)
    }

    // MARK: Diff

    @Test func aDiffOnATerminalStandsByDomain() {
        let place = sequence()
        let seen = TerminalRun(place, ["diff", "old.bin", "new.bin", "--color", "never"], columns: 200)
        #expect(seen.text == place.run("diff", "old.bin", "new.bin", "--by", "domain").text)
        Golden.expect(place.run("diff", "old.bin", "new.bin", "--by", "domain"), "diff-seq-1-seq-2.by-domain.txt")
        #expect(
            TerminalRun(place, ["diff", "old.bin", "new.bin", "--color", "never", "--by", "kind"]).text
                == place.run("diff", "old.bin", "new.bin").text)
    }

    @Test func bothOrdersTellTheSameChanges() {
        let place = Workplace.withSharedImages()
        func changes(_ order: String) -> [String] {
            place.run("diff", "@2", "@3", "--by", order).lines.filter {
                $0.hasPrefix("+ ") || $0.hasPrefix("- ") || $0.hasPrefix("~ ")
            }
        }
        // Grouped by domain, an item other than a node has its kind before its name.
        let byDomain = changes("domain").map { $0.replacing(#/^(.) (connection|watch) /#) { "\($0.output.1) " } }
        #expect(byDomain.sorted() == changes("kind").sorted() && byDomain.count > 100)
    }

    // MARK: Quiet and verbose

    @Test func quietCommandsTellTroubleOnly() {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-small.bin"), "image")
        place.write([1, 2, 3], "broken")
        let imported = place.run("import", "-q", "image", "broken")
        #expect(imported.ending == .exit(2) && imported.output.isEmpty && imported.errorLines.count == 1)
        let known = place.run("import", "--quiet", "--format", "jsonl", "image")
        expectDone(known)
        #expect(known.output.isEmpty)
        let check = place.run("check", "-q", "@1")
        #expect(check.ending == .exit(1) && check.output.isEmpty)
        let verify = place.run("verify", "-q")
        expectDone(verify)
        #expect(verify.output.isEmpty)
        let report = place.run("report", "-q", "@1", "-o", "page.html")
        expectDone(report)
        #expect(report.output.isEmpty && place.names.contains("page.html"))
    }

    @Test func aQuietRebuildReportsOnlyWhatWasLost() {
        let place = Workplace.withSharedImages()
        let set = ["--set", "/local/domain/3/new=1"]
        #expect(place.run(["rebuild", "@3", "-o", "loud"] + set).errorText.contains("changed new-node: "))
        for target in [["-o", "quiet"], ["--save-as", "quiet"]] {
            let outcome = place.run(["rebuild", "-q", "@3"] + target + set)
            expectDone(outcome)
            #expect(outcome.output.isEmpty)
        }
        #expect(place.shell("cmp loud quiet").ending == .exit(0))
        let lossy = place.run("rebuild", "-q", "@6", "-o", "lossy", "--layout", "oxenstored")
        #expect(lossy.ending == .exit(0) && !lossy.errorLines.isEmpty)
        #expect(lossy.errorLines.allSatisfy { $0.contains(": lost ") || $0.contains(": warning: ") })
    }

    /// An image in which nothing is lost or repaired.
    @Test func quietCommandsThatMakeStreamsTellTroubleOnly() {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-seq-1.bin"), "image")
        for command in [
            ["import", "-q", "image"], ["rebuild", "-q", "@1", "--save-as", "again", "--drop", "sockets"],
            ["checkout", "-q", "@1", "work.db"],
            ["build", "-q", "work.db", "-o", "built"], ["export", "-q", "@1", "-o", "out"], ["remove", "-q", "@2"],
        ] {
            let outcome = place.run(command)
            expectDone(outcome)
            #expect(outcome.output.isEmpty, "\(command)")
        }
        #expect(place.shell("cmp built image && cmp out image").ending == .exit(0))
    }

    @Test func verboseCommandsTellMoreOnStandardError() {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-small.bin"), "image")
        let imported = place.run("import", "-v", "image")
        #expect(imported.ending == .exit(0) && imported.lines.count == 1 && imported.errorLines.count == 1)
        #expect(imported.errorText.contains(/image: layout v1, 152112 bytes, \d+ findings, \d+\.\d\d s/))
        let exported = place.run("export", "-v", "@1", "-o", "copy")
        #expect(exported.ending == .exit(0) && exported.output.isEmpty)
        #expect(exported.errorText.contains("152112 bytes written to copy, SHA-256 "))
        expectUsage(place.run("import", "-v", "-q", "image"), "use only one of --quiet and --verbose")
        expectUsage(place.run("export", "-v", "-q", "@1", "-o", "other"), "use only one of --quiet and --verbose")
    }

    @Test func aShortPieceOfWorkShowsNoProgress() {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "image")
        #expect(!TerminalRun(place, ["import", "image", "--color", "never"]).text.contains("importing"))
    }
}
