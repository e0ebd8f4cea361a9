import TestSupport
import Testing

/// The state at a moment, on the command line.
@Suite struct MomentCommandTests {
    private static func line(_ clock: String, _ connection: String, _ operation: String, _ data: String = "") -> String
    {
        func padded(_ word: String, _ width: Int) -> String {
            word + String(repeating: " ", count: max(0, width - word.count))
        }
        return "[20261125T\(clock)Z]  \(padded(connection, 12)) \(padded(operation, 9)) \(data)\n"
    }

    private static let log = [
        line("20:59:00.000", "A1", "newconn"), line("20:59:00.000", "A2", "newconn"),
        line("20:59:01.000", "A1", "read", "/tool "), line("21:00:10.000", "A1", "write", "/local/domain/7/name web02"),
        line("21:00:20.000", "A1", "rm", "/tool/old "), line("21:00:30.000", "A2", "mkdir", "/vm/u/new "),
        line("21:00:40.000", "A1", "write", "/tool/last 1"), line("21:00:40.000", "A2", "read", "/tool "),
        line("21:00:50.000", "A1", "read", "/tool "),
    ].joined()

    private static let nodes = [
        "/local = \"\"   (n0)", "/local/domain = \"\"   (n0)", "/local/domain/7 = \"\"   (n7)",
        "/local/domain/7/name = \"web01\"   (n7,r0)", "/tool = \"\"   (n0)", "/tool/old = \"x\"   (n0)",
        "/vm = \"\"   (n0)",
        "/vm/u = \"\"   (n7)", "/libxl = \"\"   (n0)",
    ]

    /// An image of 21:00 and a log around it.
    private func withImageAndLog(_ log: String = Self.log) -> Workplace {
        let place = Workplace()
        place.write(Array("# xenstore-ls -f -p\n\(Self.nodes.joined(separator: "\n"))\n".utf8), "before.txt")
        place.write(Array(log.utf8), "access.log")
        expectDone(
            place.run("import", "-q", "--series", "host7", "--captured-at", "2026-11-25T21:00:00.000Z", "before.txt"))
        expectDone(place.run("import", "-q", "--series", "host7", "access.log"))
        return place
    }

    @Test func everyCommandThatReadsAnImageTakesAMoment() {
        let place = withImageAndLog()
        let before = "@host7@2026-11-25T21:00:05Z", after = "@host7@2026-11-25T21:00:35Z"
        #expect(place.run("cat", before, "/local/domain/7/name").text == "web01\n")
        #expect(place.run("cat", after, "/local/domain/7/name").text == "web02\n")
        let listed = place.run("ls", "-f", "-p", after)
        expectDone(listed)
        var wanted = Self.nodes.filter { !$0.hasPrefix("/tool/old") }
        wanted[3] = "/local/domain/7/name = \"web02\"   (n7,r0)"
        wanted.insert("/vm/u/new = \"\"   (n7)", at: wanted.count - 1)
        #expect(listed.lines == wanted)
        let diff = place.run("diff", "--name-status", before, after)
        #expect(diff.ending == .exit(1))
        #expect(
            diff.lines == [
                "M\tnode\t/local/domain/7/name", "D\tnode\t/tool/old", "A\tnode\t/vm/u/new",
            ])
        #expect(place.run("diff", "--name-status", "@1", after).lines == diff.lines)
        #expect(place.run("diff", "--quiet", "@1", before).ending == .exit(0))
        let query = place.run("query", "wide_dirs", "-i", after, "--format", "jsonl")
        #expect(query.ending == .exit(0))
        #expect(place.run("show", after).text.contains("21:00:35"))
        #expect(place.run("check", after).ending != .exit(2))
        #expect(place.run("rebuild", after, "--layout", "v1", "-o", "state").ending == .exit(0))
        #expect(place.run("cat", "state", "/local/domain/7/name").text == "web02\n")
    }

    @Test func aMomentIsExportedInALayout() {
        let place = withImageAndLog()
        let moment = "@host7@2026-11-25T21:00:35Z"
        let outcome = place.run("export", moment, "--layout", "oxenstored", "-o", "db")
        #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
        #expect(place.run("cat", "db", "/local/domain/7/name").text == "web02\n")
        expectFailure(place.run("export", moment, "-o", "x"), 64, containing: [moment, "--layout"])
        expectFailure(place.run("export", "log:1", "--layout", "v1", "-o", "x"), 64, containing: ["no layout"])
        #expect(place.run("export", "@1", "--layout", "v1", "-o", "v1").ending == .exit(0))
        #expect(place.run("cat", "v1", "/local/domain/7/name").text == "web01\n")
    }

    @Test func theEndOfTheLogIsAMomentToo() {
        let place = withImageAndLog()
        #expect(place.run("cat", "@host7@latest", "/tool/last").text == "1\n")
        #expect(place.run("cat", "@1@latest", "/tool/last").text == "1\n")
        #expect(place.run("cat", "@host7:latest@latest", "/tool/last").text == "1\n")
        #expect(place.run("cat", "@latest@2026-11-25T23:00:35+02:00", "/local/domain/7/name").text == "web02\n")
    }

    @Test func whoseMomentItIsIsSaidIfThereAreSeveralSeries() {
        let place = withImageAndLog()
        expectDone(place.run("import", "-q", "--captured-at", "2020-01-01", Fixtures.path("xen-4.17-tiny.bin")))
        let outcome = place.run("cat", "@latest@latest", "/tool/last")
        #expect(outcome.errorText.isEmpty == false)
        #expect(place.run("cat", "@host7@latest", "/tool/last").errorText == "")
    }

    /// Nothing has happened, so nothing differs: not the order either, nor what tells the daemon.
    @Test(arguments: ["xen-4.17-small.bin", "xen-4.20-small.bin", "oxenstored-4.17-small.dump"])
    func aMomentWithoutChangesIsTheImage(_ name: String) {
        let place = Workplace()
        expectDone(
            place.run(
                "import", "-q", "--series", "host7", "--captured-at", "2026-11-25T21:00:00.000Z", Fixtures.path(name)))
        if name.hasPrefix("oxenstored") {
            place.write(Array(Self.log.utf8), "access.log")
            expectDone(place.run("import", "-q", "--series", "host7", "access.log"))
        } else {
            let lines = ["20:59:00", "21:00:10", "21:00:30"].map { time in
                "IN 0xa 20261125 \(time) READ (/tool )\nOUT 0xa 20261125 \(time) READ ()\n"
            }
            place.write(Array(lines.joined().utf8), "trace.log")
            expectDone(place.shell("TZ=UTC touch -d 2026-11-25T21:00:30 trace.log"))
            expectDone(place.run("import", "-q", "--series", "host7", "trace.log"))
        }
        let moment = "@host7@2026-11-25T21:00:05Z"
        let outcome = place.run("diff", "@1", moment)
        #expect(outcome.ending == .exit(0), "\(outcome.text)")
        #expect(place.run("ls", "-f", "-p", moment).text == place.run("ls", "-f", "-p", "@1").text)
        let daemon = place.run("access", "@1", "--domain", "1", "/tool").lines.first
        #expect(place.run("access", moment, "--domain", "1", "/tool").lines.first == daemon)
    }

    /// A name with an `@` in it is still that of an image.
    @Test func anImageWithThatNameComesFirst() {
        let place = withImageAndLog()
        let name = "host7@2026-11-25T21:00:35Z"
        expectDone(place.run("import", "-q", "--name", name, Fixtures.path("xen-4.17-tiny.bin")))
        #expect(place.run("show", "@" + name).text.contains("v1"))
    }

    @Test func whatTheLogDoesNotSayIsSaid() {
        let place = withImageAndLog(Self.log + Self.line("21:01:00.000", "A1", "write", "/tool/old y"))
        let moment = "@host7@latest"
        let listed = place.run("ls", "-f", moment)
        #expect(listed.ending == .exit(1))
        #expect(listed.errorLines.count == 1)
        expectMessage(
            listed.errorLines.first ?? "", containing: [moment, "something of 1 path is unknown", "/tool/old"])
        #expect(!listed.lines.contains { $0.hasPrefix("/tool/old") })
        // It may be there: that is no difference.
        #expect(!place.run("diff", "--name-status", "@1", moment).text.contains("/tool/old"))
    }

    @Test func whatCannotBeRepliedIsRefusedInOneLine() {
        let place = withImageAndLog()
        for (reference, status, parts) in [
            ("@host7@noon", Int32(64), ["noon is no time", "@host7@2026"]),
            ("@host7@2026-11-25T22:00:00Z", 2, ["end at 2026-11-25T21:00:50Z", "import newer lines"]),
            ("@host7@2026-11-25T20:00:00Z", 2, ["first image whose time is known is of 2026-11-25T21:00:00Z"]),
            ("@nobody@latest", 2, ["nobody"]), ("@9@latest", 2, ["@9"]),
        ] {
            expectFailure(place.run("ls", reference), status, containing: parts)
        }
        expectDone(place.run("remove", "log:1", "--reason", "test"))
        expectFailure(place.run("ls", "@host7@latest"), 2, containing: ["no log", "--series host7"])
    }

    @Test func anImageOfTheArchiveIsRequiredForWhatIsStored() {
        let place = withImageAndLog()
        expectFailure(place.run("blame", "@host7@latest"), 64, containing: ["replayed", "@latest"])
        expectFailure(
            place.run("query", "growth", "-P", "before_id=@1", "-P", "after_id=@host7@latest"), 64,
            containing: ["replayed"])
    }

    // MARK: verify --replay

    private func withSecond(_ place: Workplace, _ changed: [String: String], at time: String = "21:00:35.000") {
        let nodes = Self.nodes.filter { !$0.hasPrefix("/tool/old") } + ["/vm/u/new = \"\"   (n7)"]
        let lines = nodes.map { line in
            let path = String(line.prefix { $0 != " " })
            return changed[path].map { "\(path) = \($0)" } ?? line
        }
        place.write(Array("# xenstore-ls -f -p\n\(lines.joined(separator: "\n"))\n".utf8), "after.txt")
        expectDone(
            place.run("import", "-q", "--series", "host7", "--captured-at", "2026-11-25T\(time)Z", "after.txt"))
    }

    @Test func theLogLeadsFromOneImageToTheNext() {
        let place = withImageAndLog()
        withSecond(place, ["/local/domain/7/name": "\"web02\"   (n7,r0)"])
        let outcome = place.run("verify", "--replay")
        expectDone(outcome)
        #expect(
            outcome.text.hasPrefix("1 pair of images compared, 0 not covered by a log; paths: 9 the same, 0 different")
        )
    }

    @Test func whereLogAndImagePartIsListedWithTheTimeAndTheLine() {
        let place = withImageAndLog()
        withSecond(
            place, ["/local/domain/7/name": "\"web03\"   (n7,r0)", "/libxl": "\"\"   (n0,r9)", "/tool": "\"t\"   (n0)"])
        let outcome = place.run("verify", "--replay", "--format", "csv")
        #expect(outcome.ending == .exit(1))
        #expect(
            outcome.text.split(whereSeparator: \.isNewline) == [
                "series,older,newer,path,what,replay,image,since,position",
                "host7,1,2,/libxl,permissions,n0,\"n0,r9\",not in the log,",
                "host7,1,2,/local/domain/7/name,value,web02,web03,2026-11-25T21:00:10Z,4",
                "host7,1,2,/tool,value,\"\",t,not in the log,",
            ])
    }

    @Test func whatIsNotKnownIsCountedApart() {
        let place = withImageAndLog()
        withSecond(place, ["/local/domain/7/name": "<filtered>", "/tool": "\"t\""])
        let outcome = place.run("verify", "--replay")
        #expect(outcome.ending == .exit(1))
        #expect(outcome.text.contains("1 different, 2 not known whole"))
    }

    @Test func imagesThatTheLogDoesNotCoverAreNotCompared() {
        let place = withImageAndLog()
        withSecond(place, ["/local/domain/7/name": "\"web02\"   (n7,r0)"])
        withSecond(place, [:], at: "22:00:00.000")
        place.write(Array("/tool = \"\"   (n0)\n".utf8), "early.txt")
        expectDone(
            place.run("import", "-q", "--series", "host7", "--captured-at", "2026-11-25T20:00:00Z", "early.txt"))
        let outcome = place.run("verify", "--replay")
        #expect(outcome.ending == .exit(0))
        #expect(outcome.text.hasPrefix("1 pair of images compared, 2 not covered by a log; paths: 9 the same, 0"))
        #expect(
            outcome.errorLines == [
                "xsarchive: @4 to @1: not compared: the log begins after the older image",
                "xsarchive: @2 to @3: not compared: no log of the series reaches from the one to the other",
            ])
    }

    @Test func withoutALogThereIsNothingToReplay() {
        let place = Workplace.withSharedImages()
        expectFailure(place.run("verify", "--replay"), 2, containing: ["no log covers two images"])
        expectUsage(place.run("verify", "--replay", "--json"), "--replay cannot be combined")
    }
}
