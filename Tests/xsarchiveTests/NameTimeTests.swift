import Testing
import XenstoreArchive

@testable import xsarchive

@Suite struct NameTimeTests {
    private func date(_ text: String, _ isCertain: Bool = false) -> NameTime {
        NameTime(moment: .date(text), isCertain: isCertain)
    }

    @Test(arguments: [
        ("2026-08-01T12:34:56Z", "2026-08-01T12:34:56Z", true), ("a20260801t123456z.bin", "2026-08-01T12:34:56Z", true),
        ("2026-08-01 12.34.56", "2026-08-01T12:34:56", false), ("2026-08-01T12:34Z", "2026-08-01T12:34:00Z", true),
        ("2026-08-01T12:34:56-0500", "2026-08-01T12:34:56-05:00", true),
        ("2026-08-01T12:34:56-05", "2026-08-01T12:34:56-05:00", false),
        ("2026-08-01 12:34:56 -0500", "2026-08-01T12:34:56-05:00", true),
        ("2026-08-01T12:34-05:00", "2026-08-01T12:34:00-05:00", true),
        ("20260801T123456-0930.gz", "2026-08-01T12:34:56-09:30", true),
        ("20260801-123456+02", "2026-08-01T12:34:56+02:00", true),
        ("20260801-123456-02", "2026-08-01T12:34:56", false), ("2026-08-01T12:34:56-15", "2026-08-01T12:34:56", false),
        ("2026-08-01T12:34:56-0501", "2026-08-01T12:34:56", false),
        ("2026-08-01T12:34:56-3", "2026-08-01T12:34:56", false),
        ("2026-08-01T12:34:56.7Z", "2026-08-01T12:34:56.7Z", true),
        ("2026-08-01T12:34:56,123456+0200", "2026-08-01T12:34:56.123456+02:00", true),
        ("20260801T123456.789", "2026-08-01T12:34:56.789", false), ("20260801T123456.1", "2026-08-01T12:34:56", false),
        ("20260801T123456.bin", "2026-08-01T12:34:56", false), ("20260801-t1", "2026-08-01", false),
        ("20260801-99", "2026-08-01", false), ("2026-08-01-99-77", "2026-08-01", false),
        ("2026-08-01T12:34:56-05:00", "2026-08-01T12:34:56-05:00", true),
        ("20260801120000", "2026-08-01T12:00:00", false), ("2026-08-01T12:34:56Zebra", "2026-08-01T12:34:56", false),
        ("2026-08-01T12:34:56+0200.gz", "2026-08-01T12:34:56+02:00", true), ("host-2026-08-01-3", "2026-08-01", false),
    ])
    func aTimeIsFound(_ name: String, _ text: String, _ isCertain: Bool) {
        #expect(NameTime.all(in: name) == [date(text, isCertain)])
    }

    @Test(arguments: [
        "2026-08-01T25:00:00Z", "2026-08-01T12:60:00Z", "2026-08-01T12:00:60Z", "20260801T250000", "20260801-126000",
        "2026-08-01_24:00", "2026-08-01T12:00:00+99:00", "2026-08-01T12:00:00+15", "2026-08-01T12:00:00+1",
        "2026-08-01T12:00:00.1234567890Z", "2026-08-01T12:00:00-14:30",
    ])
    func aTimeThatCannotBeIsNoOther(_ name: String) {
        #expect(NameTime.all(in: name) == [NameTime(moment: .impossible, isCertain: false)])
        #expect(throws: ArchiveError.self) { try NameTime(moment: .impossible, isCertain: false).normalized() }
    }

    @Test(arguments: [
        "20260801-120000-0200", "2026-08-01_12-00-00-0530", "2026-08-01T12-00-00-0500", "2026-08-01T12:00:00-13:30:00",
    ])
    func aNumberThatMayBeAnOffsetLeavesDoubt(_ name: String) {
        #expect(NameTime.all(in: name) == [NameTime(moment: .unclear, isCertain: false)])
        #expect(throws: ArchiveError.self) { try NameTime(moment: .unclear, isCertain: false).normalized() }
    }

    @Test(arguments: [
        "", "xen-4.17-seq-1.bin", "xen-2026-08-depth-2.bin", "20261301", "2026-0801", "123456789012", "12026-08-01",
        "20260801123", "99999999999", "0000000000",
    ])
    func otherNumbersAreNoTimes(_ name: String) {
        #expect(NameTime.all(in: name) == [])
    }

    @Test func secondsSince1970AreATime() throws {
        #expect(
            NameTime.all(in: "dump.1785585600") == [
                NameTime(moment: .secondsSince1970(1_785_585_600), isCertain: false)
            ])
        #expect(
            try NameTime(moment: .secondsSince1970(1_785_585_600), isCertain: false).normalized()
                == "2026-08-01T12:00:00Z")
        #expect(throws: ArchiveError.self) { try Timestamp.text(seconds: .max) }
    }

    @Test func allTimesAreFound() {
        #expect(NameTime.all(in: "2026-08-01_2026-08-02T12:00:00Z").count == 2)
    }
}
