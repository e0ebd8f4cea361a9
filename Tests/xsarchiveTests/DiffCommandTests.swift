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
            let named = only.split(separator: ",").map(String.init)
            let kinds = named + (named.contains("node") ? ["perms"] : [])
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

    @Test func recordsInAnotherOrderAreAChange() throws {
        let place = Workplace()
        for (name, paths) in [("a.bin", ["/", "/a", "/b"]), ("b.bin", ["/", "/b", "/a"])] {
            place.write(try HandmadeStream(nodes: paths.map { ($0, "") }).bytes(), name)
        }
        let outcome = place.run("diff", "a.bin", "b.bin")
        #expect(outcome.ending == .exit(1) && outcome.errorText == "")
        #expect(outcome.lines.contains("~ order of the records: 1 moved"), "\(outcome.text)")
        #expect(place.run("diff", "a.bin", "b.bin", "--quiet").ending == .exit(1))
        #expect(place.run("diff", "a.bin", "b.bin", "--only", "order", "--name-status").lines.count == 1)
        expectDone(place.run("diff", "a.bin", "b.bin", "--only", "node"))
    }

    @Test func connectionsWithOtherNumbersAreTheSame() throws {
        let place = Workplace()
        let bytes = try HandmadeStream(nodes: [("/", "")]).bytes()
        place.write(bytes, "a.bin")
        var other = bytes
        // The conn-id of the socket, which nothing refers to.
        let offset = 16 + 16 + 8 + 24 + 8
        #expect(other[offset] == 2)
        other[offset] = 7
        place.write(other, "b.bin")
        let outcome = place.run("diff", "a.bin", "b.bin")
        #expect(outcome.ending == .exit(0) && outcome.text == "")
        #expect(outcome.errorText.contains("the images have the same content; their bytes differ"))
    }

    @Test func bytesThatNoFieldExplainsAreChanges() throws {
        let place = Workplace()
        let bytes = try HandmadeStream(nodes: [("/", ""), ("/a", "1")]).bytes()
        place.write(bytes, "plain.bin")
        place.write(bytes + Array("junk".utf8), "junk.bin")
        place.write(bytes + Array("JUNK".utf8), "JUNK.bin")
        // GLOBAL_DATA with 8 bytes after its fields.
        var slack = bytes
        slack[20] = 16
        slack.insert(contentsOf: Array("HIDDENXX".utf8), at: 32)
        place.write(slack, "slack.bin")
        expectDone(place.run("import", "--layout", "v1", "plain.bin", "junk.bin", "JUNK.bin", "slack.bin"))
        for (old, new, line) in [
            ("junk.bin", "JUNK.bin", "M\ttrailer\tbytes after END"),
            ("plain.bin", "junk.bin", "A\ttrailer\tbytes after END"),
            ("plain.bin", "slack.bin", "A\tresidue\trecord GLOBAL_DATA"),
            ("slack.bin", "plain.bin", "D\tresidue\trecord GLOBAL_DATA"),
        ] {
            for (left, right) in [(old, new), ("@\(old)", "@\(new)"), (old, "@\(new)")] {
                let outcome = place.run("diff", left, right, "--name-status")
                #expect(outcome.ending == .exit(1) && outcome.lines == [line], "\(left) \(right): \(outcome.text)")
            }
        }
        #expect(place.run("diff", "junk.bin", "JUNK.bin", "--only", "node").ending == .exit(0))
        #expect(place.run("diff", "junk.bin", "JUNK.bin", "--only", "trailer", "-q").ending == .exit(1))
        let text = place.run("diff", "junk.bin", "JUNK.bin").text
        #expect(text.contains("~ bytes after END: bytes 4 bytes (6a756e6b) → 4 bytes (4a554e4b)"), "\(text)")
    }

    @Test func ofAPathThatOccursTwiceTheLastCountsInFilesAndArchives() throws {
        let place = Workplace()
        for (name, values) in [("n1.bin", ["1", "2"]), ("n3.bin", ["2", "1"])] {
            place.write(try HandmadeStream(nodes: [("/", "")] + values.map { ("/a", $0) }).bytes(), name)
        }
        expectDone(place.run("import", "--series", "s", "n1.bin", "n3.bin"))
        for (old, new) in [("n1.bin", "n3.bin"), ("@1", "@2"), ("n1.bin", "@2"), ("@1", "n3.bin")] {
            let outcome = place.run("diff", old, new, "--format", "jsonl", "--only", "node")
            #expect(outcome.ending == .exit(1) && outcome.lines.count == 1, "\(outcome.text)")
            #expect(outcome.text.contains("\"old\":{\"value\":\"2\""), "\(outcome.text)")
            #expect(outcome.errorText.contains("several nodes have the same path (1 path); the last of them counts"))
        }
        let view = place.run(
            "sql", "--format", "csv",
            "SELECT change, path, old_value, new_value FROM node_changes WHERE before_id = 1 AND after_id = 2")
        #expect(view.text.hasSuffix("changed,/a,2,1\r\n"), "\(view.text)")
        let log = place.run("log", "/a", "--format", "csv").lines
        #expect(log.count == 3, "\(log)")
    }

    @Test func nodesAreShownWithThoseWhosePermissionsAloneChanged() {
        let place = sequence()
        let all = place.run("diff", "old.bin", "new.bin", "--name-status").lines
        let nodes = place.run("diff", "old.bin", "new.bin", "--name-status", "--only", "node").lines
        #expect(nodes == all.filter { $0.contains("\tnode\t") || $0.contains("\tperms\t") })
        #expect(nodes.contains("M\tperms\t/local/domain/5/data/os_name"))
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
