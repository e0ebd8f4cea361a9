import TestSupport
import Testing

@Suite struct CaptureTimeTests {
    /// Imports an image with this name.
    /// - Returns: the capture time, "NULL" if it is unknown, or the message if the image was
    ///   refused.
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
        // The time zone is unknown.
        ("dump-20260801-120000.bin", "NULL"), ("dump-1785585600.bin", "NULL"), ("2026-08-01.bin", "NULL"),
        ("dump.bin", "NULL"),
        ("s-2026-08-01T12:00:00-0500", "2026-08-01T17:00:00Z"), ("20260801T120000-0500", "2026-08-01T17:00:00Z"),
        ("s-2026-08-01T12:00:00+0200", "2026-08-01T10:00:00Z"), ("s-2026-08-01T12:00:00+02", "2026-08-01T10:00:00Z"),
        ("s-2026-08-01T12:00:00.250Z", "2026-08-01T12:00:00.25Z"),
        // This may count files.
        ("s-2026-08-01T12:00:00-05", "NULL"), ("20260801-120000-0200", "NULL"),
        // Times that do not exist.
        ("s-2026-08-01T25:00:00Z", "NULL"), ("s-2026-08-01T12:00:00+99:00", "NULL"),
        // Two times, and a day that does not exist.
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
        ("s-2026-08-01T12:00:00-0500", "2026-08-01T17:00:00Z"), ("s-2026-08-01T12:00:00-05", "2026-08-01T17:00:00Z"),
        ("s-2026-08-01T12:00-05:00", "2026-08-01T17:00:00Z"), ("20260801-120000-02.bin", "2026-08-01T12:00:00Z"),
        ("s-20260801-120000.750", "2026-08-01T12:00:00.75Z"), ("s-20260801-120000.1", "2026-08-01T12:00:00Z"),
    ])
    func theTimeOfTheNameIsTakenWhenAskedFor(_ name: String, _ time: String) {
        #expect(captured(name, "--time-from", "name") == time)
        #expect(captured(name, "--time-from", "name", "--captured-at", "2020-01-02") == "2020-01-02T00:00:00Z")
    }

    @Test(arguments: [
        ("dump.bin", "the name contains no time"), ("1785585600-1785585601", "the name contains 2 times"),
        ("2026-06-31", "the time in the name does not exist"),
        ("s-2026-08-01T25:00:00Z", "the time in the name does not exist"),
        ("s-2026-08-01T12:00:61Z", "the time in the name does not exist"),
        ("s-20260801-250000", "the time in the name does not exist"),
        ("s-2026-08-01T12:00:00+99:00", "the time in the name does not exist"),
        ("s-20260801-120000-0200", "what follows the time in the name may be an offset from UTC or another number"),
    ])
    func aNameWithoutATimeIsRefusedWhenItIsAskedFor(_ name: String, _ why: String) {
        #expect(
            captured(name, "--time-from", "name")
                == "xsarchive: ./\(name): \(why); give the time with --captured-at, or omit --time-from\n")
    }

    @Test(arguments: [
        ("2026-08-01T12:00:00+0200", "2026-08-01T10:00:00Z"), ("2026-08-01T12:00:00-05", "2026-08-01T17:00:00Z"),
        ("2026-08-01T12:00:00.125Z", "2026-08-01T12:00:00.125Z"),
    ])
    func aTimeIsGivenAsDateWritesIt(_ text: String, _ time: String) {
        #expect(captured("dump", "--captured-at", text) == time)
    }

    @Test(arguments: ["0000-01-01T00:00:00+14:00", "2026-02-31", "2026-08-01T25:00:00Z", "yesterday"])
    func aTimeThatDoesNotExistIsRefused(_ text: String) {
        let place = Workplace()
        expectFailure(
            place.run("import", "--captured-at", text, Fixtures.path("xen-4.17-tiny.bin")), 64,
            "\(text): not a valid time; use the form 2026-08-01T12:00:00Z")
        #expect(place.names == [])
    }

    @Test func aFractionOfASecondIsShown() {
        let place = Workplace()
        expectDone(
            place.run("import", "--captured-at", "2026-08-01T12:00:00.5+0200", Fixtures.path("xen-4.17-tiny.bin")))
        #expect(place.run("images").text.contains(" 2026-08-01T10:00:00.5Z "))
        #expect(place.run("show", "@1").text.contains("2026-08-01T10:00:00.5Z"))
        #expect(place.run("log", "/tool").text.contains(" 2026-08-01T10:00:00.5Z "))
        expectDone(place.run("verify"))
    }

    @Test(arguments: [["--captured-at", "2999-01-01"], ["--captured-at", "2999-01-01", "--quiet"]])
    func aTimeInTheFutureIsStoredAndReported(_ options: [String]) {
        let place = Workplace()
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "dump")
        let outcome = place.run(["import"] + options + ["dump"])
        #expect(outcome.ending == .exit(0))
        #expect(outcome.errorText == "xsarchive: dump: the capture time 2999-01-01T00:00:00Z is in the future\n")
        #expect(place.sqlite("SELECT captured_at FROM images").text == "2999-01-01T00:00:00Z\n")
    }

    @Test func namesWhoseTimesAreNotTakenAreReported() {
        let place = Workplace()
        let bytes = Fixtures.bytes("xen-4.17-tiny.bin")
        for day in 1...3 { place.write(bytes, "state-2026-10-0\(day)") }
        place.write(bytes, "state")
        place.write(bytes, "state-2026-10-04T12:00:00Z")
        let names = (1...3).map { "state-2026-10-0\($0)" }
        #expect(
            place.run(["import", "state", "state-2026-10-04T12:00:00Z"] + names).errorText
                == "xsarchive: 3 images have no capture time, but their names contain one; --time-from name takes it "
                + "(UTC)\n")
        expectDone(place.run(["import"] + names))
        #expect(
            place.run(["import", "--time-from", "name"] + names).errorText.hasPrefix(
                "xsarchive: @6 is older than @2, which the series had before, and so are 2 more images; "))
        expectDone(place.run(["import", "--time-from", "none", "--series", "b"] + names))
        expectDone(place.run(["import", "--quiet", "--series", "c"] + names))
        #expect(
            place.run("import", "--series", "d", names[0]).errorText
                == "xsarchive: 1 image has no capture time, but its name contains one; --time-from name takes it "
                + "(UTC)\n"
        )
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
