import TestSupport
import Testing

/// The short form of `make replay-test`: two images in a real xenstored, if one is installed.
@Suite struct ReplayTests {
    @Test func aRealDaemonHasTheTreeThatWeList() {
        let folder = TemporaryFolder()
        let path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        let outcome = RunningCommand(
            Fixtures.root + "/Replay/run.sh", [Tool.path, "--short"], environment: ["PATH": path], folder: folder.path
        ).outcome()
        if outcome.ending == .exit(77) {
            print("skipped: \(outcome.errorText)")
            return
        }
        #expect(outcome.ending == .exit(0), "\(outcome.text)\(outcome.errorText)")
        #expect(outcome.lines.last?.hasSuffix(" 0 failed") == true, "\(outcome.text)")
    }
}
