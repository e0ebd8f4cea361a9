import TestSupport
import Testing

@Suite struct LeadingOptionsTests {
    @Test(arguments: [["-a", "a.db"], ["--archive", "a.db"], ["--archive=a.db"]])
    func theArchiveMayBeNamedBeforeTheCommand(_ options: [String]) {
        let place = Workplace()
        expectDone(place.run(options + ["import", Fixtures.path("xen-4.17-tiny.bin")]))
        #expect(place.names == ["a.db"])
        #expect(place.run(options + ["images", "--format", "csv"]).lines.count == 2)
        #expect(place.run("images", "-a", "a.db").output == place.run(options + ["images"]).output)
        let explained = place.run(options + ["query", "dead_owner", "--help"])
        #expect(explained.text.hasPrefix("dead_owner: "))
    }

    @Test func theArchiveIsGivenOnce() {
        let place = Workplace()
        expectUsage(
            place.run("-a", "a.db", "import", "-a", "b.db", Fixtures.path("xen-4.17-tiny.bin")),
            "-a is given twice; give it once")
        #expect(place.names == [])
    }

    @Test func theAdviceNamesTheCommandWhateverComesBeforeIt() {
        for arguments in [
            ["-a", "xy.db", "diff", "@1"], ["--archive=xy.db", "diff", "@1"], ["diff", "@1"],
            ["--format", "json", "diff", "@1", "@2"],
        ] {
            expectUsage(Workplace().run(arguments), "; see 'xsarchive help diff'")
        }
    }

    @Test func anotherOptionBeforeTheCommandIsToldItsPlace() {
        expectUsage(
            Workplace().run("--format", "csv", "images"),
            "--format comes before the command; write it after, as in: xsarchive images --format csv;")
        expectUsage(Workplace().run("--quiet", "verify"), "write it after, as in: xsarchive verify --quiet;")
        expectUsage(Workplace().run("-a", "a.db", "--format", "csv", "images"), "--format comes before the command")
        expectUsage(Workplace().run("-a"), "-a")
        expectUsage(Workplace().run("-a", "a.db"), "-a")
    }
}
