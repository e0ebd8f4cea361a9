import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

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

    /// What a daemon has left is named with the command that imports it.
    @Test(arguments: [[], ["--method", "signal"], ["--method", "live-update", "--dry-run"]])
    func aStateThatWasLeftIsOffered(_ options: [String]) throws {
        let place = Workplace()
        mkdir(place.file("run dir"), 0o755)
        place.write(Fixtures.bytes("oxenstored-4.17-small.dump"), "run dir/db")
        place.write([], "run dir/db.debug")
        place.write([1], "run dir/other")
        let outcome = place.run(["capture", "--socket", "run dir/socket"] + options)
        #expect(outcome.ending == .exit(2))
        let lines = outcome.errorText.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains("run dir/db: oxenstored's state of 2"))
        #expect(lines[1].contains("cannot connect"))
        #expect(lines[0].hasSuffix(": xsarchive import --time-from mtime 'run dir/db'"))
        let imported = place.run("import", "--time-from", "mtime", "run dir/db")
        #expect(imported.ending == .exit(0))
    }

    @Test func theStateOfALiveUpdateThatDidNotEndIsOffered() throws {
        let place = Workplace()
        mkdir(place.file("run"), 0o755)
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "run/state_dump")
        let outcome = place.run("capture", "--socket", "run/socket", "--series", "host7")
        #expect(outcome.errorText.contains("run/state_dump: the state of a C xenstored at a live update that did not"))
        #expect(outcome.errorText.contains("import --time-from mtime --series host7 run/state_dump\n"))
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
