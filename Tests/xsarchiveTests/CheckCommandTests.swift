import TestSupport
import Testing

@Suite struct CheckCommandTests {
    @Test func anImageWithoutFindingsIsFine() {
        let outcome = Workplace().run("check", Fixtures.path("xen-4.17-tiny.bin"))
        expectDone(outcome)
        #expect(outcome.lines.count == 2)
        #expect(outcome.lines[0].hasSuffix("xen-4.17-tiny.bin: nothing found"))
        #expect(outcome.lines[1] == "  restore: a C xenstored would take it as it stands")
    }

    @Test func findingsEndWithOne() throws {
        let path = Fixtures.path("xen-2026-08-depth-3.bin")
        let outcome = Workplace().run("check", path)
        #expect(outcome.ending == .exit(1))
        #expect(outcome.text.contains("warning watch-without-depth: record 7, offset 360: WATCH_DATA_EXTENDED as daemons write it"))
        #expect(outcome.text.contains("error restore-dies: record 7, offset 344: "))
        let rows = try JSONText.lines(Workplace().run("check", path, "--format", "jsonl"))
        #expect(rows.map { $0["rule"] as? String } == ["watch-without-depth", "restore-dies"])
        #expect(rows.map { $0["record"] as? Int } == [7, 7])
        #expect(rows.allSatisfy { $0["image"] as? String == path })
    }

    @Test func harmlessFindingsAreCountedAndShownWhereAsked() {
        let path = Fixtures.path("xen-4.17-odd.bin")
        let hidden = Workplace().run("check", path, "--severity", "error")
        #expect(hidden.ending == .exit(0))
        #expect(hidden.lines[0].hasSuffix("nothing found; 3 of less severity not listed (--severity info lists them)"))
        let all = Workplace().run("check", path, "--severity", "info")
        #expect(all.ending == .exit(1))
        #expect(all.text.contains("info not-utf8: record 57, offset 4952: the value of \"/high\" is no UTF-8"))
    }

    @Test func archivedImagesAreCheckedLikeFiles() {
        let place = Workplace()
        expectDone(place.run("import", Fixtures.path("xen-2026-08-depth-2.bin")))
        let archived = place.run("check", "@1")
        let file = place.run("check", Fixtures.path("xen-2026-08-depth-2.bin"))
        #expect(archived.ending == .exit(1))
        #expect(archived.lines.dropFirst() == file.lines.dropFirst())
    }

    @Test func aDamagedFileIsCheckedAsFarAsItCanBeRead() {
        let place = Workplace()
        place.write(Array(Fixtures.bytes("xen-4.17-small.bin")[..<5000]), "cut")
        let outcome = place.run("check", "cut")
        #expect(outcome.ending == .exit(1))
        #expect(outcome.text.contains("error damaged-span: offset "))
        #expect(outcome.text.contains("error no-end: offset 5000: the file ends without END"))
    }

    @Test func aMissingFileIsTroubleAndTheOthersAreChecked() {
        let outcome = Workplace().run("check", "missing", Fixtures.path("xen-4.17-tiny.bin"))
        #expect(outcome.ending == .exit(2))
        #expect(outcome.errorLines.count == 1)
        #expect(outcome.text.contains("nothing found"))
        expectUsage(Workplace().run("check"), "Missing expected argument")
        expectUsage(Workplace().run("check", "a", "--severity", "fatal"), "fatal")
    }
}
