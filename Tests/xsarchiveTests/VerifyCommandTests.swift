import TestSupport
import Testing

@Suite struct VerifyCommandTests {
    @Test func aWholeArchiveHolds() throws {
        let outcome = SharedArchive.run("verify")
        expectDone(outcome)
        #expect(outcome.lines[0].split(separator: " ") == ["subject", "verdict", "problem"])
        let rows = try JSONText.array(SharedArchive.run("verify", "--format", "json").text)
        let subjects =
            ["integrity", "foreign keys", "custody", "tables"] + SharedArchive.names.indices.map { "@\($0 + 1)" } + [
                "series"
            ]
        #expect(rows.map { $0["subject"] as? String } == subjects)
        #expect(rows.allSatisfy { $0["verdict"] as? String == "ok" })
    }

    @Test func verifyingChangesNothing() {
        let place = Workplace.withSharedImages()
        let before = place.bytes("xsarchive.db")
        expectDone(place.run("verify"))
        expectBytes(place.bytes("xsarchive.db"), before)
        #expect(place.names == ["xsarchive.db"])
    }

    @Test func anArchiveThatMayNotBeWrittenHoldsToo() {
        let place = Workplace.withSharedImages()
        let outcome = place.shell("chmod 400 xsarchive.db && exec \"$0\" verify")
        expectDone(outcome)
        expectUsage(place.run("verify", "@1"), "Unexpected argument '@1'")
    }
}
