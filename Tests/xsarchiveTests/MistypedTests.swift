import TestSupport
import Testing

/// A mistyped name is answered with the nearest one.
@Suite struct MistypedTests {
    @Test(arguments: [
        ("imprt", "import"), ("dif", "diff"), ("sohw", "show"), ("verfy", "verify"), ("repotr", "report"),
        ("impo", "import"),
    ])
    func aCommand(_ typed: String, _ meant: String) {
        expectUsage(Workplace().run(typed, "x"), "there is no command '\(typed)'; did you mean '\(meant)'?")
    }

    @Test func anOption() {
        expectUsage(Workplace().run("images", "--serie", "x"), "Unknown option '--serie'. Did you mean '--series'?")
    }

    @Test func aQueryAndItsParameter() {
        expectFailure(
            SharedArchive.run("query", "dead_ownr"), 64, "there is no query dead_ownr; did you mean dead_owner?")
        expectFailure(
            SharedArchive.run("query", "path_history", "-P", "pth=/a"), 64,
            "query path_history has no parameter pth; did you mean path?")
    }

    @Test func anImage() {
        expectFailure(
            SharedArchive.run("show", "@xen-4.17-tny.bin"), 2,
            "xsarchive.db: no image @xen-4.17-tny.bin; did you mean @xen-4.17-tiny.bin?")
        expectFailure(SharedArchive.run("show", "@lates"), 2, "xsarchive.db: no image @lates; did you mean @latest?")
    }

    @Test func aFile() {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "state_dump")
        expectFailure(
            place.run("show", "state_dmp"), 2,
            "state_dmp: cannot open the file: No such file or directory; did you mean state_dump?")
        let folder = place.folder.path
        expectFailure(
            place.run("show", "\(folder)/state_dumb"), 2,
            "\(folder)/state_dumb: cannot open the file: No such file or directory; did you mean \(folder)/state_dump?")
    }

    @Test(arguments: ["ls", "cat"]) func aNode(_ command: String) {
        expectFailure(
            SharedArchive.run(command, "@2", "/local/domian/1/nme"), 2,
            "/local/domian/1/nme: the image has no such node; did you mean /local/domain/1/name?")
        expectFailure(
            SharedArchive.run(command, "@2", "/elsewhere/a"), 2,
            "/elsewhere/a: the image has no such node; 'xsarchive ls' lists its nodes")
    }

    @Test func aNodeOfWhichAccessIsAsked() {
        let outcome = SharedArchive.run("access", "@2", "--domain", "1", "/local/domain/1/nam")
        #expect(outcome.ending == .exit(2))
        #expect(
            outcome.errorText
                == "xsarchive: /local/domain/1/nam: the image has no such node; did you mean /local/domain/1/name?\n")
    }

    @Test func aKindOfChange() {
        expectUsage(SharedArchive.run("diff", "@1", "@2", "--only", "nodes"), "trailer, order; did you mean node?")
    }

    @Test func whatIsFarFromAllIsGuessedAtByNobody() {
        for outcome in [
            SharedArchive.run("query", "zzz"), SharedArchive.run("show", "@zzzzzz"),
            SharedArchive.run("show", "zzzzzz"), SharedArchive.run("zzz"),
        ] {
            #expect(
                !outcome.errorText.contains("did you mean") && outcome.errorLines.count == 1, "\(outcome.errorText)")
        }
    }

    // MARK: What is no slip of the finger

    @Test func aWordThatIsPartOfQueriesNames() {
        expectFailure(
            SharedArchive.run("query", "owner"), 64,
            "there is no query owner; similar names: dead_owner, foreign_owner, largest_owners")
    }

    @Test(arguments: ["1", "latest", "xen-4.17-tiny.bin"]) func anImageWithoutItsSign(_ name: String) {
        expectFailure(SharedArchive.run("show", name), 2, "\(name): no such file; did you mean @\(name)?")
    }

    @Test(arguments: ["dump", "import"]) func anArchivedImageWhereAFileIsMeant(_ command: String) {
        let place = Workplace()
        expectFailure(
            place.run(command, "@1"), 2,
            "@1: no such file; this command takes only files; 'xsarchive export @1 -o FILE' writes an archived image "
                + "to one"
        )
        #expect(place.names == [])
    }

    @Test(arguments: ["ls", "cat"]) func theWrongOrder(_ command: String) {
        expectFailure(
            SharedArchive.run(command, "/local/domain/1/name", "@2"), 2,
            "/local/domain/1/name: no such file; give the image first, then the path")
    }

    @Test(arguments: [
        (["export", "@1", "out"], "give the file to write with -o"),
        (["query", "dead_owner", "@1"], "give the image with -i"),
        (["images", "x.db"], "give the archive with -a"),
        (["sql", "select", "1"], "put the whole SQL statement in quotes"),
        (["log", "@1", "/a"], "log takes only a path"),
        (["help", "improt"], "did you mean 'import'?"),
    ]) func anArgumentTooMany(_ arguments: [String], _ advice: String) {
        expectUsage(SharedArchive.run(arguments), advice)
    }

    @Test(arguments: [
        (
            "--layout", "oxenstore",
            "auto, draft, v1, v2, oxenstored, listing, tree, pairs, oxenstored-debug, tdb or tdbdump; did you mean "
                + "oxenstored?"
        ),
        ("--format", "josn", "did you mean json?"),
        ("--max-size", "big", "like 4096, 500M or 2G"),
        ("--root", "x", "give an absolute path, like /local/domain/7"), ("--wait", "x", "give a number of seconds"),
    ]) func aValue(_ option: String, _ value: String, _ advice: String) {
        let outcome = Workplace().run("import", option, value, "x")
        expectUsage(outcome, advice)
        #expect(
            outcome.errorText.contains("The value '\(value)' is invalid for \(option)")
                && !outcome.errorText.contains("\\n"))
    }

    @Test func aVersionThatIsNotKnown() {
        expectUsage(
            SharedArchive.run("check", "@1", "--for", "9"), "--for; give a version of Xen from 4.15 on, like 4.17")
    }

    @Test(arguments: [
        (["show", ""], "file"), (["check", ""], "file"), (["dump", ""], "file"), (["diff", "@1", ""], "file"),
        (["query", "dead_owner", "-i", ""], "file"), (["export", "@1", "-o", ""], "file"),
        (["checkout", "@1", ""], "file"), (["build", "", "-o", "x"], "workspace"), (["merge", ""], "archive"),
        (["images", "-a", ""], "archive"),
    ]) func anEmptyName(_ arguments: [String], _ what: String) {
        let outcome = SharedArchive.run(arguments)
        #expect(outcome.errorText == "xsarchive: the name of the \(what) is empty; give its name\n")
        #expect(outcome.ending != .exit(0) && outcome.output.isEmpty)
    }

    @Test func aDomainThatIsNotThereIsNoSlip() {
        expectFailure(
            SharedArchive.run("ls", "@2", "/local/domain/99"), 2,
            "/local/domain/99: the image has no such node; 'xsarchive ls' lists its nodes")
    }

    @Test func aPathWithoutItsSlash() {
        expectFailure(
            SharedArchive.run("ls", "@2", "local/domain"), 2,
            "local/domain: the image has no such node; did you mean /local/domain?")
    }

    @Test(arguments: [["--subtree", "/loacl"], ["--remove", "/loacl"], ["--set-perms", "/loacl=n0"]])
    func aNodeToBeRebuilt(_ options: [String]) {
        let outcome = SharedArchive.run(["rebuild", "@2", "-o", "none"] + options)
        expectFailure(outcome, 2, "/loacl: the image has no such node; did you mean /local?")
    }

    @Test func aPathOfWhichTheLogIsAsked() {
        expectFailure(
            SharedArchive.run("log", "/local/domain/0/nmae"), 2,
            "/local/domain/0/nmae: not found in any image; did you mean /local/domain/0/name?")
        expectFailure(
            SharedArchive.run("log", "name"), 2,
            "name: not found in any image; give the full path, like /local/domain/0/name")
        expectFailure(
            SharedArchive.run("log", "/", "--series", "mian"), 2,
            "xsarchive.db: no series mian; did you mean main?")
        expectFailure(SharedArchive.run("log", ""), 64, "the path is empty; use / for the root")
    }

    @Test func aPathOfADiffThatIsThereAndDidNotChange() {
        let outcome = SharedArchive.run("diff", "@3", "@4", "--path", "/local/domain/0/name", "--name-status")
        #expect(outcome.ending == .exit(0) && outcome.output.isEmpty)
        #expect(outcome.errorText == "xsarchive: none of the 8 changes matches --path\n")
        expectDone(SharedArchive.run("diff", "@3", "@4", "--path", "/local/domain/0/name", "--quiet"))
    }
}
