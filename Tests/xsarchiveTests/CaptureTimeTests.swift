import TestSupport
import Testing

@Suite struct CaptureTimeTests {
    /// Imports an image of that name.
    /// - Returns: when it was captured, "NULL" where nobody says; the message where it was refused.
    private func captured(_ name: String, _ options: String...) -> String {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), name)
        _ = place.shell("touch -d 2026-07-01T10:00:00Z \"$1\"", name)
        let outcome = place.run(["import"] + options + ["./" + name])
        guard outcome.ending == .exit(0) else { return outcome.errorText }
        return place.sqlite("SELECT coalesce(captured_at, 'NULL') FROM images").lines.joined()
    }

    @Test(arguments: [
        ("dump-2026-08-01T12:00:00Z.bin", "2026-08-01T12:00:00Z"), ("20260801T120000Z", "2026-08-01T12:00:00Z"),
        ("dump-2026-08-01T12:00:00+02:00", "2026-08-01T10:00:00Z"),
        ("2026-08-01_12-00-00Z.bin", "2026-08-01T12:00:00Z"),
        // Nobody says whose time these are.
        ("dump-20260801-120000.bin", "NULL"), ("dump-1785585600.bin", "NULL"), ("2026-08-01.bin", "NULL"),
        ("dump.bin", "NULL"),
        // Two times, and a day that there is not.
        ("2026-08-01T12:00:00Z-2026-08-02T12:00:00Z", "NULL"), ("dump-2026-06-31T12:00:00Z", "NULL"),
    ])
    func onlyATimeThatLeavesNoDoubtIsTakenUnasked(_ name: String, _ time: String) {
        #expect(captured(name) == time)
        #expect(captured(name, "--time-from", "none") == "NULL")
        #expect(captured(name, "--captured-at", "2020-01-02") == "2020-01-02T00:00:00Z")
    }

    @Test(arguments: [
        ("dump-20260801-120000.bin", "2026-08-01T12:00:00Z"), ("dump-1785585600.bin", "2026-08-01T12:00:00Z"),
        ("2026-08-01.bin", "2026-08-01T00:00:00Z"), ("dump-2026-08-01T12:00:00+02:00", "2026-08-01T10:00:00Z"),
    ])
    func theTimeOfTheNameIsTakenWhenAskedFor(_ name: String, _ time: String) {
        #expect(captured(name, "--time-from", "name") == time)
        #expect(captured(name, "--time-from", "name", "--captured-at", "2020-01-02") == "2020-01-02T00:00:00Z")
    }

    @Test(arguments: [
        ("dump.bin", "the name contains no time"), ("1785585600-1785585601", "the name contains 2 times"),
        ("2026-06-31", "the time in the name does not exist"),
    ])
    func aNameWithoutATimeIsRefusedWhenItIsAskedFor(_ name: String, _ why: String) {
        #expect(
            captured(name, "--time-from", "name")
                == "xsarchive: ./\(name): \(why); give the time with --captured-at, or omit --time-from\n")
    }

    @Test func theTimeOfTheLastChangeIsTakenWhenAskedFor() {
        #expect(captured("dump-2026-08-01T12:00:00Z.bin", "--time-from", "mtime") == "2026-07-01T10:00:00Z")
        expectFailure(
            Workplace().run("import", "--time-from", "mtime", "-", input: Fixtures.bytes("xen-4.17-tiny.bin")), 2,
            "-: standard input has no modification time; give the time with --captured-at, or omit --time-from")
    }

    @Test func onlyTheFilesOwnNameCounts() {
        let place = Workplace()
        _ = place.shell(
            "mkdir -p in/2026-08-01T12:00:00Z; cp \"$1\" in/2026-08-01T12:00:00Z/dump",
            Fixtures.path("xen-4.17-tiny.bin"))
        expectDone(place.run("import", "in"))
        #expect(place.sqlite("SELECT captured_at IS NULL FROM images").text == "1\n")
    }
}
