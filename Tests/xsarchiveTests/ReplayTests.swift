import TestSupport
import Testing

/// The short forms of `make replay-test`, `make access-test`, `make capture-test` and `make
/// log-test`, if real daemons are installed: two images in a xenstored, what domains may do in a
/// xenstored and an oxenstored, captures of both, a recorder beside both, their logs, and states at
/// moments by these.
@Suite struct ReplayTests {
    @Test(arguments: [
        ["--short"], ["--access", "--short"], ["--capture", "--short"], ["--record", "--short"],
        ["--logs", "--short"], ["--moments", "--short"],
    ])
    func realDaemonsDoWhatWeSay(_ options: [String]) {
        let folder = TemporaryFolder()
        let path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        let outcome = RunningCommand(
            Fixtures.root + "/Replay/run.sh", [Tool.path] + options, environment: ["PATH": path], folder: folder.path
        ).outcome(patience: 600)
        if outcome.ending == .exit(77) {
            print("skipped: \(outcome.errorText)")
            return
        }
        #expect(outcome.ending == .exit(0), "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.lines.last?.hasSuffix(" 0 failed") == true, "\(outcome.text)")
    }
}
