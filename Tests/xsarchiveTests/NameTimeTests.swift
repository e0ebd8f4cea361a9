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
        ("2026-08-01T12:34:56-0500", "2026-08-01T12:34:56", false),
        ("2026-08-01T12:34:56-05:00", "2026-08-01T12:34:56-05:00", true),
        ("20260801120000", "2026-08-01T12:00:00", false), ("2026-08-01T12:34:56Zebra", "2026-08-01T12:34:56", false),
        ("2026-08-01T12:34:56+0200.gz", "2026-08-01T12:34:56+02:00", true), ("host-2026-08-01-3", "2026-08-01", false),
    ])
    func aTimeIsFound(_ name: String, _ text: String, _ isCertain: Bool) {
        #expect(NameTime.all(in: name) == [date(text, isCertain)])
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
