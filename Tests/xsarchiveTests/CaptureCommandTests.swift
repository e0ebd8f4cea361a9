import Testing

/// `capture` where no daemon is; Replay has the tests with daemons.
@Suite struct CaptureCommandTests {
    @Test func aSocketThatIsNotThereIsReportedAndNothingIsStored() {
        let place = Workplace()
        let outcome = place.run("capture", "--socket", "no-socket")
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorText.contains("no-socket: cannot connect: No such file or directory"))
        #expect(outcome.errorText.contains("--socket"))
        #expect(outcome.errorText.split(separator: "\n").count == 1)
        #expect(place.run("images").ending == .exit(2), "there is no archive")
    }

    @Test(arguments: [["signal"], ["live-update"], ["live-update", "--dry-run"]])
    func withoutADaemonNoStateIsAskedFor(_ words: [String]) {
        let place = Workplace()
        let outcome = place.run(["capture", "--socket", "no-socket", "--method"] + words)
        expectFailure(outcome, 2, containing: ["no-socket: cannot connect: No such file or directory"])
        #expect(place.names == [])
    }

    @Test func theSocketOfTheEnvironmentIsUsed() {
        let place = Workplace()
        let outcome = place.run("capture", environment: ["XENSTORED_PATH": "/nonexistent/one"])
        #expect(outcome.errorText.contains("/nonexistent/one"))
    }

    @Test(arguments: [
        ["-o", "x", "--name", "n"], ["-o", "x", "--series", "s"], ["--force"], ["--timeout", "0"], ["--rate", "0"],
        ["--timeout", "nan"], ["--rate", "-1"], ["--subtree", "relative"], ["--method", "other"], ["--name", "@1"],
        ["--dry-run"], ["--xen", "4.17"], ["--method", "live-update", "--xen", "new"],
        ["--method", "live-update", "--subtree", "/a"], ["--method", "signal", "--subtree", "/a"],
        ["--method", "signal", "--dry-run"], ["--method", "live-update", "--dry-run", "-o", "x"],
    ])
    func wrongUsageIsRefusedBeforeTheDaemonIsAsked(_ options: [String]) {
        #expect(Workplace().run(["capture", "--socket", "no-socket"] + options).ending == .exit(64))
    }

    @Test func aFileThatExistsIsNotReplaced() {
        let place = Workplace()
        place.write([1], "there")
        let outcome = place.run("capture", "--socket", "no-socket", "-o", "there")
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorText.contains("--force"))
    }
}
