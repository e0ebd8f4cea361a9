import Testing

/// `record` where no daemon is; Replay has the tests with daemons.
@Suite struct RecordCommandTests {
    @Test func withoutADaemonItEndsAndSaysWhy() {
        let outcome = Workplace().run("record", "--series", "s", "--socket", "no-socket")
        expectFailure(outcome, 2, containing: ["no-socket: cannot connect: No such file or directory", "--socket"])
    }

    @Test func anArchiveThatIsNoneIsRefusedBeforeTheDaemonIsAsked() {
        let place = Workplace()
        place.write(Array("text".utf8), "xsarchive.db")
        let outcome = place.run("record", "--series", "s", "--socket", "no-socket")
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorText.contains("xsarchive.db"))
        expectBytes(place.bytes("xsarchive.db"), Array("text".utf8))
    }

    @Test(arguments: [
        ([], "--series"), (["--series", ""], "empty"), (["--series", "@s"], "@"),
        (["--series", "s", "--name", "@1"], "@1"), (["--series", "s", "--interval", "0"], "0"),
        (["--series", "s", "--interval", "5m"], "5m"), (["--series", "s", "--interval", "1.5.5s"], "1.5.5s"),
        (["--series", "s", "--sweep", "often"], "often"), (["--series", "s", "--timeout", "nan"], "nan"),
        (["--series", "s", "--rate", "0"], "--rate"), (["--series", "s", "--prune"], "--prune requires a rule"),
        (["--series", "s", "--keep-last", "3"], "requires --prune"),
        (["--series", "s", "--prune", "--keep-last", "0"], "--keep-last"),
    ])
    func wrongUsageIsRefusedBeforeTheDaemonIsAsked(_ options: [String], _ said: String) {
        let place = Workplace()
        expectUsage(place.run(["record", "--socket", "no-socket"] + options), said)
        #expect(place.names == [])
    }
}
