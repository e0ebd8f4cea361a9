import TestSupport
import Testing

@testable import xsarchive

/// The contents of the progress line, and when it is shown. Speed is not tested.
@Suite struct ProgressTests {
    @Test(
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (31_449_999, "31.4 MB"), (280_000_000, "280 MB"),
            (1_187_930_368, "1.1 GB"),
        ] as [(Double, String)])
    func sizesHaveThreeDigitsOrFewer(_ bytes: Double, _ text: String) {
        #expect(Progress.size(bytes) == text)
    }

    @Test(
        arguments: [(0, "0 s"), (4.2, "5 s"), (59.5, "1 min 0 s"), (130, "2 min 10 s"), (7300, "2 h 1 min")]
            as [(Double, String)])
    func timesAreRoundedUp(_ seconds: Double, _ text: String) {
        #expect(Progress.duration(seconds) == text)
    }

    @Test func whatCannotBeKnownIsSaidAllTheSame() {
        #expect(Progress.duration(.infinity) == "277777 h 46 min")
        #expect(Progress.size(.infinity).hasSuffix(" GB"))
    }

    @Test func aDurationHasHundredths() {
        #expect(Duration.milliseconds(420).formatted == "0.42 s")
        #expect(Duration.milliseconds(61_005).formatted == "61.00 s")
    }

    @Test func workThatTellsHowMuchIsDoneShowsRateAndTimeLeft() {
        var step = Progress.Step(doing: "importing", total: 280e6, done: 0)
        #expect(Progress.line(step, after: 2, ofAll: 9) == "importing 0 %, 0 B of 280 MB")
        step.done = 40e6
        step.ahead = 30e6
        #expect(Progress.line(step, after: 2, ofAll: 9) == "importing 25 %, 70.0 MB of 280 MB, 35.0 MB/s, 6 s left")
        step.ahead = .infinity
        #expect(Progress.line(step, after: 2, ofAll: 9) == "importing 100 %, 280 MB of 280 MB, 140 MB/s, 0 s left")
    }

    @Test func workThatDoesNotTellShowsHowLongItHasTaken() {
        #expect(
            Progress.line(Progress.Step(doing: "making the page"), after: 2, ofAll: 75.9)
                == "making the page, 1 min 15 s")
        #expect(
            Progress.line(Progress.Step(doing: "comparing a and b", total: 35e6), after: 2, ofAll: 9.2)
                == "comparing a and b, 35.0 MB, 9 s")
    }

    @Test func namesInTheLineAreEscaped() {
        #expect(
            Progress.line(Progress.Step(doing: "reading \u{1B}[2J\n"), after: 1, ofAll: 1) == "reading \\x1b[2J\\n, 1 s"
        )
    }

    // MARK: Who sees it

    /// A directory with a small image in `file`, and a pipe `image` that delivers the same image
    /// two seconds after it is opened for reading.
    private func slowPlace() -> (Workplace, writer: RunningCommand) {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "file")
        _ = place.shell("mkfifo image")
        let environment = ["PATH": "/usr/bin:/bin"]
        return (
            place,
            RunningCommand(
                "/bin/sh", ["-c", "exec 9>image; sleep 2; cat file >&9"], environment: environment,
                folder: place.folder.path)
        )
    }

    private static let commands = [
        ["diff", "image", "file"], ["check", "image"], ["report", "image", "-o", "made"],
        ["rebuild", "image", "-o", "made"], ["checkout", "image", "made"],
    ]

    @Test(arguments: commands) func onATerminalALineTellsOfWorkThatTakesLong(_ command: [String]) {
        let (place, writer) = slowPlace()
        let seen = TerminalRun(place, command)
        #expect(seen.ending == .exit(0))
        #expect(seen.text.contains("\r\u{1B}[K\(command[0] == "check" ? "checking" : "reading") image"), "\(seen.text)")
        // Other output is on a line from which the progress was removed.
        #expect(
            seen.text.split(separator: "\r\u{1B}[K", omittingEmptySubsequences: false).last?.contains("reading") != true
        )
        _ = writer.outcome()
    }

    @Test func nobodyElseIsToldSo() {
        let (place, writer) = slowPlace()
        let outcome = place.run("diff", "image", "file")
        expectDone(outcome)
        #expect(outcome.output.isEmpty)
        _ = writer.outcome()
    }

    @Test(arguments: [
        ["diff", "image", "file", "--quiet"], ["report", "image", "-o", "made", "--quiet"],
        ["rebuild", "image", "-o", "made", "-q"], ["checkout", "image", "made", "-q"],
    ])
    func aQuietCommandTellsNothingOnATerminal(_ command: [String]) {
        let (place, writer) = slowPlace()
        #expect(TerminalRun(place, command).text == "")
        _ = writer.outcome()
    }
}
