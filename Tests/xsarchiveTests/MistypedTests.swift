import TestSupport
import Testing

/// A mistyped name is answered with the nearest one.
@Suite struct MistypedTests {
    @Test(arguments: [("imprt", "import"), ("dif", "diff"), ("sohw", "show"), ("verfy", "verify"), ("repotr", "report"), ("impo", "import")])
    func aCommand(_ typed: String, _ meant: String) {
        expectUsage(Workplace().run(typed, "x"), "no command is named '\(typed)'; did you mean '\(meant)'?")
    }

    @Test func anOption() {
        expectUsage(Workplace().run("images", "--serie", "x"), "Unknown option '--serie'. Did you mean '--series'?")
    }

    @Test func aQueryAndItsParameter() {
        expectFailure(SharedArchive.run("query", "dead_ownr"), 64, "no query is named dead_ownr; did you mean dead_owner?")
        expectFailure(SharedArchive.run("query", "path_history", "-P", "pth=/a"), 64, "query path_history has no parameter pth; did you mean path?")
    }

    @Test func anImage() {
        expectFailure(
            SharedArchive.run("show", "@xen-4.17-tny.bin"), 2, "xsarchive.db: no image @xen-4.17-tny.bin; did you mean @xen-4.17-tiny.bin?")
        expectFailure(SharedArchive.run("show", "@lates"), 2, "xsarchive.db: no image @lates; did you mean @latest?")
    }

    @Test func aFile() {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "state_dump")
        expectFailure(place.run("show", "state_dmp"), 2, "state_dmp: cannot open the file: No such file or directory; did you mean state_dump?")
        let folder = place.folder.path
        expectFailure(
            place.run("show", "\(folder)/state_dumb"), 2,
            "\(folder)/state_dumb: cannot open the file: No such file or directory; did you mean \(folder)/state_dump?")
    }

    @Test(arguments: ["ls", "cat"]) func aNode(_ command: String) {
        expectFailure(
            SharedArchive.run(command, "@2", "/local/domian/1/nme"), 2,
            "/local/domian/1/nme: the image has no such node; did you mean /local/domain/1/name?")
        expectFailure(SharedArchive.run(command, "@2", "/elsewhere/a"), 2, "/elsewhere/a: the image has no such node; 'xsarchive ls' shows what there is")
    }

    @Test func aNodeOfWhichAccessIsAsked() {
        let outcome = SharedArchive.run("access", "@2", "--domain", "1", "/local/domain/1/nam")
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorText == "xsarchive: /local/domain/1/nam: the image has no such node; did you mean /local/domain/1/name?\n")
    }

    @Test func aKindOfChange() {
        expectUsage(SharedArchive.run("diff", "@1", "@2", "--only", "nodes"), "node, perms, record; did you mean node?")
    }

    @Test func whatIsFarFromAllIsGuessedAtByNobody() {
        for outcome in [SharedArchive.run("query", "zzz"), SharedArchive.run("show", "@zzzzzz"), SharedArchive.run("show", "zzzzzz"), SharedArchive.run("zzz")] {
            #expect(!outcome.errorText.contains("did you mean") && outcome.errorLines.count == 1, "\(outcome.errorText)")
        }
    }
}
