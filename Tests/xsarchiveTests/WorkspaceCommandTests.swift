import TestSupport
import Testing

/// What `checkout` and `build` say and do with files.
@Suite struct WorkspaceCommandTests {
    private static let seq = Fixtures.path("xen-4.17-seq-1.bin")

    @Test(arguments: Fixtures.cleanNames) func checkoutAndBuildGiveACleanImageBack(_ name: String) {
        let place = Workplace()
        let checkout = place.run("checkout", Fixtures.path(name), "work.db")
        #expect(checkout.ending == .exit(0) && checkout.output.isEmpty)
        #expect(place.run("build", "work.db", "-o", "out").ending == .exit(0))
        // If a daemon left padding unset, the checkout reports it.
        if checkout.errors.isEmpty {
            expectBytes(place.bytes("out"), Fixtures.bytes(name))
        } else {
            expectMessage(checkout.errorText, containing: ["changed padding"])
        }
        #expect(place.run("diff", Fixtures.path(name), "out").ending == .exit(0))
        #expect(place.names == ["out", "work.db"])
    }

    @Test func anyToolChangesAWorkspace() {
        let place = Workplace()
        expectDone(place.run("checkout", Self.seq, "work.db"))
        let sql =
            "PRAGMA foreign_keys = ON; UPDATE nodes SET value = 'web01' WHERE path = '/local/domain/3/name'; DELETE "
            + "FROM nodes WHERE path LIKE '/local/domain/4/%'"
        #expect(place.sqlite(sql, file: "work.db").ending == .exit(0))
        expectDone(place.run("build", "work.db", "-o", "out"))
        #expect(place.run("cat", "out", "/local/domain/3/name").text == "web01\n")
        let diff = place.run("diff", Self.seq, "out", "--name-status")
        #expect(diff.ending == .exit(1))
        #expect(diff.lines.filter { !$0.contains("/local/domain/4/") }.count == 1, "\(diff.text)")
    }

    private func covers(_ place: Workplace, _ image: String) -> [String] {
        place.run("show", image).lines.filter { $0.hasPrefix("covers ") || $0.hasPrefix("not covered ") }
    }

    /// A part of a host, and a damaged image, which would look whole in a file.
    @Test(arguments: [["--domain", "3"], ["--drop", "sockets"], []]) func aBuiltImageCoversWhatItsImageCovers(
        _ selection: [String]
    ) throws {
        let place = Workplace()
        if selection.isEmpty {
            place.write(Array(Files.read(Self.seq)[..<100_000]), "cut")
            #expect(place.run("import", "--salvage", "--name", "part", "cut").ending == .exit(0))
        } else {
            expectDone(place.run(["rebuild", Self.seq, "--save-as", "part"] + selection))
        }
        #expect(place.run("checkout", "@part", "work.db").ending == .exit(0))
        let sql = "UPDATE nodes SET value = 'changed' WHERE path = '/local/domain/3/name' OR path = '/tool/xenstored'"
        #expect(place.sqlite(sql, file: "work.db").ending == .exit(0))
        expectDone(place.run("build", "work.db", "--save-as", "built", "--series", "host7"))
        #expect(covers(place, "@built") == covers(place, "@part") && covers(place, "@built").count == 2)
        let diff = place.run("diff", "@part", "@built", "--name-status")
        #expect(diff.lines.allSatisfy { !$0.hasPrefix("D") }, "\(diff.text)")
        let row = try #require(try JSONText.lines(place.run("images", "--all", "--format", "jsonl")).last)
        #expect(row["name"] as? String == "built" && row["series"] as? String == "host7")
        #expect((row["made_of"] as? String)?.hasSuffix("work.db") == true)
        let steps = place.run(
            "sql", "SELECT json_extract(steps, '$.parent_sha256') FROM derivations", "--format", "csv")
        let parent = try #require(try JSONText.lines(place.run("images", "--all", "--format", "jsonl")).first)
        #expect(steps.lines.last == "\(parent["sha256"] as? String ?? "")\r")
        expectDone(place.run("verify"))
    }

    @Test func aWorkspaceOfAnEarlierVersionIsBuilt() {
        let place = Workplace()
        expectDone(place.run("checkout", Self.seq, "work.db"))
        #expect(place.sqlite("DROP TABLE coverage", file: "work.db").ending == .exit(0))
        expectDone(place.run("build", "work.db", "-o", "out"))
        expectBytes(place.bytes("out"), Files.read(Self.seq))
        expectDone(place.run("build", "work.db", "--save-as", "built"))
        #expect(covers(place, "@built") == covers(place, Self.seq))
        expectFailure(place.run("build", "work.db"), 64, containing: ["no destination; give a file with -o, or a name"])
    }

    @Test func badRowsAreToldAndNothingIsWritten() {
        let place = Workplace()
        expectDone(place.run("checkout", Self.seq, "work.db"))
        let sql =
            "PRAGMA ignore_check_constraints = ON; UPDATE nodes SET path = 'a' WHERE path = '/tool'; UPDATE watches "
            + "SET conn_id = 77 WHERE watch_id = 1"
        #expect(place.sqlite(sql, file: "work.db").ending == .exit(0))
        let outcome = place.run("build", "work.db", "-o", "out")
        #expect(outcome.ending == .exit(2) && outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 2)
        expectMessage(
            outcome.errorLines[0],
            containing: ["work.db: watches, watch_id 1, conn_id: 77 is not in the table connections"])
        expectMessage(
            outcome.errorLines[1], containing: ["work.db: nodes, node_id ", "path: \"a\" begins with neither / nor @"])
        #expect(place.names == ["work.db"])
    }

    @Test func aLayoutIsChosenWhenTheStreamIsMade() {
        let place = Workplace()
        expectDone(place.run("checkout", Self.seq, "work.db"))
        let draft = place.run("build", "work.db", "-o", "out", "--layout", "draft", "--strict")
        #expect(draft.ending == .exit(2))
        expectMessage(draft.errorLines.last ?? "", containing: ["work.db: ", "lost, so nothing was written"])
        #expect(place.names == ["work.db"])
        #expect(place.run("build", "work.db", "-o", "out", "--layout", "v2", "--byte-order", "big").ending == .exit(0))
        let diff = place.run("diff", Self.seq, "out", "--name-status")
        #expect(diff.lines.count == 1, "\(diff.text)")
    }

    @Test func aTargetIsMovedWhereThatIsSaid() {
        let place = Workplace()
        expectDone(place.run("checkout", Fixtures.path("xen-4.17-small.bin"), "work.db"))
        let outcome = place.run("build", "work.db", "-o", "out")
        expectMessage(
            outcome.errorText, containing: ["work.db: warning: a C xenstored drops domain 5 as the target of domain 6"])
        let moved = place.run("build", "work.db", "-o", "out", "--move-targets", "--force")
        expectMessage(
            moved.errorText, containing: ["work.db: changed order: the ring of domain 5, before the ring of domain 6"])
        #expect(moved.errorLines.count == 1)
    }

    @Test func filesAreReplacedOnlyWhereThatIsSaid() {
        let place = Workplace()
        place.write([1], "work.db")
        expectFailure(
            place.run("checkout", Self.seq, "work.db"), 2,
            "work.db: file exists; use --force to overwrite it, or choose another name")
        #expect(place.bytes("work.db") == [1])
        expectDone(place.run("checkout", Self.seq, "work.db", "--force"))
        expectFailure(
            place.run("build", "work.db", "-o", "work.db", "--force"), 64,
            "work.db: is the source of the stream; choose another name")
        expectFailure(
            place.run("checkout", Self.seq, "-"), 64,
            "a workspace must be a file, not standard output; give a file name")
        expectFailure(
            place.run("checkout", Self.seq, "nowhere/work.db"), 2,
            containing: ["nowhere/work.db: cannot create the file"]
        )
        #expect(place.names == ["work.db"])
    }

    @Test func theArchiveIsNoWorkspace() {
        let place = Workplace.withSharedImages()
        expectFailure(
            place.run("build", "xsarchive.db", "-o", "out"), 2,
            "xsarchive.db: not an xsarchive workspace; create one with 'xsarchive checkout'")
        expectFailure(
            place.run("build", "nothing.db", "-o", "out"), 2,
            "nothing.db: no such file; create one with 'xsarchive checkout'")
        expectFailure(
            place.run("build", Self.seq, "-o", "out"), 2, containing: ["not an xsarchive workspace"])
        expectFailure(
            place.run("checkout", "@3", "xsarchive.db", "--force"), 64,
            "xsarchive.db: is the source of the stream; choose another name")
        #expect(place.names == ["xsarchive.db"])
    }
}
