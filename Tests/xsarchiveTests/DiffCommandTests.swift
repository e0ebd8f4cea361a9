import TestSupport
import Testing

@Suite struct DiffCommandTests {
    /// A directory with two successive images under short names.
    private func sequence() -> Workplace {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-seq-1.bin"), "old.bin")
        place.write(Fixtures.bytes("xen-4.17-seq-2.bin"), "new.bin")
        return place
    }

    private func expectDifferent(_ outcome: Outcome, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(outcome.ending == .exit(1), "\(outcome.errorText)", sourceLocation: sourceLocation)
        #expect(outcome.errorText == "", sourceLocation: sourceLocation)
    }

    @Test func theTextShowsEachChange() {
        let outcome = sequence().run("diff", "old.bin", "new.bin")
        expectDifferent(outcome)
        Golden.expect(outcome, "diff-seq-1-seq-2.txt")
    }

    @Test func theWayBackShowsTheOpposite() {
        let outcome = sequence().run("diff", "new.bin", "old.bin")
        expectDifferent(outcome)
        Golden.expect(outcome, "diff-seq-2-seq-1.txt")
    }

    @Test func otherFormsOfTheSameChanges() {
        let place = sequence()
        for (options, name) in [
            (["--stat"], "stat"), (["--name-status"], "name-status"), (["--format", "jsonl"], "jsonl"),
        ] {
            let outcome = place.run(["diff", "old.bin", "new.bin"] + options)
            expectDifferent(outcome)
            Golden.expect(outcome, "diff-seq-1-seq-2.\(name).txt")
        }
    }

    @Test(arguments: Fixtures.cleanNames) func anImageIsTheSameAsItself(_ name: String) {
        let outcome = Workplace().run("diff", Fixtures.path(name), Fixtures.path(name))
        expectDone(outcome)
        #expect(outcome.output.isEmpty)
    }

    @Test(arguments: [
        (["--stat", "--format", "csv"], "kind,added,removed,changed,perms_only\r\n"), (["--name-status"], ""),
        (["--quiet"], ""),
        (["--format", "jsonl"], ""), (["--format", "json"], "[]\n"),
    ])
    func noDifferenceIsSaidInEachForm(_ options: [String], _ text: String) {
        let outcome = SharedArchive.run(["diff", "@6", "@6"] + options)
        expectDone(outcome)
        #expect(outcome.text == text)
    }

    @Test func filesAndArchivedImagesCompareAlike() {
        let place = Workplace.withSharedImages()
        place.write(Fixtures.bytes("xen-4.17-seq-2.bin"), "new.bin")
        let both = place.run("diff", "@3", "@4", "--format", "jsonl")
        expectDifferent(both)
        #expect(!both.output.isEmpty)
        expectBytes(place.run("diff", "@3", "new.bin", "--format", "jsonl").output, both.output)
        expectBytes(
            place.run("diff", "@3", "-", "--format", "jsonl", input: place.bytes("new.bin")).output, both.output)
        expectDone(place.run("diff", "@4", "new.bin"))
        expectDone(place.run("diff", "new.bin", "@xen-4.17-seq-2.bin"))
    }

    @Test func quietSaysNothing() {
        let outcome = sequence().run("diff", "old.bin", "new.bin", "--quiet")
        expectDifferent(outcome)
        #expect(outcome.output.isEmpty)
    }

    @Test func kindsCanBePickedOut() throws {
        let place = sequence()
        let all = place.run("diff", "old.bin", "new.bin", "--name-status").lines
        func kind(_ line: String) -> String { String(line.split(separator: "\t")[1]) }
        for only in ["watch", "node", "perms", "node,perms", "watch,node"] {
            let outcome = place.run("diff", "old.bin", "new.bin", "--name-status", "--only", only)
            expectDifferent(outcome)
            let kinds = only.split(separator: ",").map(String.init)
            #expect(outcome.lines == all.filter { kinds.contains(kind($0)) })
            #expect(!outcome.lines.isEmpty)
        }
        let none = place.run("diff", "old.bin", "new.bin", "--only", "transaction,quota")
        expectDone(none)
        #expect(none.output.isEmpty)
    }

    @Test func pathsCanBePickedOut() {
        let place = sequence()
        func paths(_ pattern: String) -> [String] {
            place.run("diff", "old.bin", "new.bin", "--name-status", "--path", pattern).lines
        }
        #expect(
            paths("/local/domain/3/*") == [
                "M\tnode\t/local/domain/3/data/meminfo_free", "M\tnode\t/local/domain/3/memory/target",
            ])
        #expect(
            paths("/local/domain/[45]/data/*")
                == ["D\tnode\t/local/domain/4/data/updated", "M\tperms\t/local/domain/5/data/os_name"])
        #expect(paths("/libxl") == ["A\twatch\t/libxl (socket-fd 9, token \"W1\")"])
        #expect(place.run("diff", "old.bin", "new.bin", "--path", "/none/*").ending == .exit(0))
    }

    @Test func aPathWithoutWildcardsIsItAndEverythingBelowIt() {
        let place = sequence()
        func run(_ arguments: String...) -> Outcome { place.run(["diff", "old.bin", "new.bin"] + arguments) }
        let below = run("--name-status", "--path", "/local/domain/3/*").lines
        #expect(below.count == 2)
        #expect(run("--name-status", "--path", "/local/domain/3").lines == below)
        #expect(run("--name-status", "--path", "/local/domain/3/").lines == below)
        #expect(run("--name-status", "--path", "/local/domain/3/data/meminfo_free").lines == [below[0]])
        for quiet in ["-q", "--quiet"] {
            let outcome = place.run("diff", quiet, "--path", "/local/domain/3", "old.bin", "new.bin")
            #expect(outcome.ending == .exit(1) && outcome.output.isEmpty && outcome.errors.isEmpty)
        }
        let absolute = run("--name-status").lines.filter { $0.contains("\t/") }
        #expect(run("--name-status", "--path", "/").lines == absolute)
        // A name that begins like the path's last one is not below it.
        #expect(run("--name-status", "--path", "/local/domain/3/data").lines == [below[0]])
        let none = run("--quiet", "--path", "/local/domain/3/dat")
        #expect(none.ending == .exit(2) && none.errorText.contains("did you mean /local/domain/3/data?"))
        expectUsage(run("--path", ""), "--path is empty; give a path")
    }

    @Test func recordsInAnotherOrderAreToldOnStandardErrorOnly() throws {
        let place = Workplace()
        for (name, paths) in [("a.bin", ["/", "/a", "/b"]), ("b.bin", ["/", "/b", "/a"])] {
            place.write(try HandmadeStream(nodes: paths.map { ($0, "") }).bytes(), name)
        }
        let outcome = place.run("diff", "a.bin", "b.bin")
        #expect(outcome.ending == .exit(0))
        #expect(outcome.output.isEmpty)
        #expect(
            outcome.errorText
                == "xsarchive: the images have the same content; their bytes differ in what is not compared, like "
                + "padding or the order of records\n"
        )
        expectDone(place.run("diff", "a.bin", "b.bin", "--quiet"))
    }

    @Test func wrongUsageIsRefused() {
        let place = sequence()
        expectUsage(place.run("diff", "old.bin"), "Missing expected argument '<new>'")
        expectUsage(place.run("diff", "old.bin", "new.bin", "third.bin"), "third.bin")
        expectUsage(
            place.run("diff", "old.bin", "new.bin", "--only", "nodes"),
            "'nodes' is not a kind; the kinds are header, global, ")
        expectUsage(
            place.run("diff", "old.bin", "new.bin", "--stat", "--quiet"),
            "use only one of --stat, --name-status and --quiet;")
        expectUsage(place.run("diff", "old.bin", "new.bin", "--format", "csv"), "a diff is not a table")
        expectUsage(
            place.run("diff", "old.bin", "new.bin", "--format", "json", "--quiet"), "cannot be combined with --format")
        expectFailure(place.run("diff", "-", "-"), 64, "standard input can be only one of the images")
    }
}
