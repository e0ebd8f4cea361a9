import TestSupport
import Testing

/// The reader of the output goes away early, as `head` does.
@Suite struct BrokenPipeTests {
    /// More than any pipe holds.
    static let commands = [
        "sql 'WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n WHERE x < 60000) SELECT x FROM n' "
            + "--format jsonl",
        "sql 'SELECT * FROM nodes' --format csv", "sql 'SELECT * FROM nodes'", "diff @1 @3 --format jsonl",
    ]

    @Test(arguments: commands) func theProgramEndsQuietly(_ command: String) {
        let outcome = Workplace.withSharedImages().shell("\"$0\" \(command) | head -n 1")
        #expect(outcome.ending == .exit(0))
        #expect(outcome.lines.count == 1)
        #expect(outcome.errorText == "")
    }

    @Test(arguments: commands) func whereTheSignalIsIgnoredItIsAnErrorLikeOthers(_ command: String) {
        let outcome = Workplace.withSharedImages().shell(
            "trap '' PIPE; { \"$0\" \(command); echo \"status $?\" >&2; } | head -n 1")
        #expect(outcome.ending == .exit(0))
        #expect(outcome.lines.count == 1)
        #expect(outcome.errorLines.count == 2, "\(outcome.errorText)")
        expectMessage(outcome.errorLines.first ?? "", containing: ["standard output: writing failed: Broken pipe"])
        #expect(outcome.errorLines.last == "status 2")
    }

    @Test func aClosedStandardOutputIsTrouble() {
        let outcome = Workplace.withSharedImages().shell("exec \"$0\" images >&-")
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorLines.count == 1)
        expectMessage(outcome.errorText, containing: ["standard output: writing failed: "])
    }

    /// By the signal, as a shell reports it: never with the status of success.
    @Test(arguments: ["export @3", "export @3 -o /dev/stdout", "sql 'SELECT * FROM nodes' --format csv"])
    func theStatusIsThatOfTheSignal(_ command: String) {
        let outcome = Workplace.withSharedImages().shell(
            "{ \"$0\" \(command); echo \"status $?\" >&2; } | head -c 1")
        #expect(outcome.output.count == 1)
        #expect(outcome.errorText == "status 141\n")
    }

    @Test func anExportOntoAFullDiskIsTrouble() {
        guard Files.exists("/dev/full") else { return }
        let outcome = Workplace.withSharedImages().shell("exec \"$0\" export @2 > /dev/full")
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorLines.count == 1)
        expectMessage(outcome.errorText, containing: ["standard output: writing failed: No space left"])
    }
}
