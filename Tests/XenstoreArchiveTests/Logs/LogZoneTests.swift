import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreArchive

/// A trace log has the host's local time; who imports it says the zone.
@Suite struct LogZoneTests {
    private let fixture: ArchiveFixture

    init() throws {
        fixture = try ArchiveFixture()
    }

    /// Lines of a trace log, 40 minutes apart.
    private func lines(_ numbers: Range<Int>) -> [UInt8] {
        numbers.flatMap { number -> [UInt8] in
            func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
            let clock = "\(digits(number * 40 / 60)):\(digits(number * 40 % 60)):00"
            return Array(
                ("IN 0x55a01db99700 20261125 \(clock) WRITE (/a \(number))\n"
                    + "OUT 0x55a01db99700 20261125 \(clock) WRITE (OK )\n").utf8)
        }
    }

    @discardableResult
    private func store(
        _ bytes: [UInt8], _ name: String = "trace.log", run: Int64 = 1, zone: String? = nil, _ form: LogForm = .trace
    ) throws -> LogImporter.Outcome {
        try LogImporter(fixture.archive, run: run).store(
            bytes, form, label: ImageLabel(name: name, series: "main"), zone: zone.flatMap { LogZone($0) },
            from: Provenance())
    }

    private func export() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try LogExporter(fixture.archive).export(ArchivedLog.log(1, fixture.archive)) { bytes += $0 }
        return bytes
    }

    private func times() throws -> [String] {
        try fixture.strings("SELECT time FROM events WHERE operation = 'write' ORDER BY position")
    }

    @Test(arguments: [
        ("Z", 0), ("+02:00", 120), ("+0230", 150), ("-07", -420), ("+14:00", 840),
    ])
    func aZoneIsAnOffset(_ text: String, _ minutes: Int64) throws {
        let zone = try #require(LogZone(text))
        #expect(zone.minutesAhead == minutes)
        #expect(LogZone(zone.text) == zone)
    }

    @Test(arguments: ["", "02:00", "+15:00", "Europe/Berlin", "+2", "Z+1", ".5", " +02"])
    func whatIsNoOffsetIsNone(_ text: String) {
        #expect(LogZone(text) == nil)
    }

    @Test func timesAreUTCIfTheZoneIsKnown() throws {
        let outcome = try store(lines(0..<3), zone: "+02:00")
        #expect(outcome.isZoneKnown)
        #expect(try times() == ["2026-11-24T22:00:00Z", "2026-11-24T22:40:00Z", "2026-11-24T23:20:00Z"])
        #expect(
            try fixture.strings("SELECT first_at || ' ' || last_at FROM logs")
                == ["2026-11-24T22:00:00Z 2026-11-24T23:20:00Z"])
        #expect(try export() == lines(0..<3))
        #expect(try fixture.problems() == [])
        #expect(try CustodyLog(fixture.archive).lastEntry()?.note == "log:1; time zone +02:00")
    }

    @Test func withoutAZoneTheyAreLocal() throws {
        #expect(try !store(lines(0..<2)).isZoneKnown)
        #expect(try times() == ["2026-11-25T00:00:00", "2026-11-25T00:40:00"])
        #expect(try ArchivedLog.log(1, fixture.archive).isZoneKnown == false)
    }

    @Test func theSameFileWithAZoneGivesItsLinesTheZone() throws {
        try store(lines(0..<3))
        let minutes = try fixture.strings("SELECT minute - 150 FROM log_minute ORDER BY minute")
        let again = try store(lines(0..<3), run: 2, zone: "+02:30")
        #expect(again.isKnown && again.isZoneKnown)
        #expect(try times().first == "2026-11-24T21:30:00Z")
        #expect(try fixture.strings("SELECT minute FROM log_minute ORDER BY minute") == minutes)
        #expect(try export() == lines(0..<3))
        #expect(try fixture.problems() == [])
        let count = try CustodyLog(fixture.archive).entries().count
        // A known zone stays.
        try store(lines(0..<3), run: 3, zone: "+05:00")
        #expect(try times().first == "2026-11-24T21:30:00Z")
        #expect(try CustodyLog(fixture.archive).entries().count == count)
    }

    @Test func aFileThatHasGrownIsFoundAgainInItsZone() throws {
        try store(lines(0..<5), zone: "-05:00")
        let grown = try store(lines(0..<9), run: 2, zone: "-05:00")
        #expect(grown.newLineCount == 8)
        #expect(try export() == lines(0..<9))
        #expect(try fixture.count("SELECT gaps FROM logs") == 0)
        #expect(try times() == times().sorted() && times().count == 9)
        let unzoned = try LogZoneTests()
        try unzoned.store(lines(0..<5))
        try unzoned.store(lines(0..<9), run: 2, zone: "-05:00")
        #expect(try unzoned.times() == times())
        #expect(try unzoned.fixture.problems() == [])
    }

    @Test func aLogThatSaysItsTimeInUTCTakesNoZone() throws {
        let bytes = Fixtures.bytes("logs/oxenstored-access.log")
        try store(bytes, "access.log", zone: "+02:00", .access)
        #expect(try fixture.count("SELECT utc_offset FROM log_segment") == 0)
        #expect(try fixture.strings("SELECT time FROM events LIMIT 1").first?.hasPrefix("2020-09-18T15:15:18") == true)
        #expect(try CustodyLog(fixture.archive).lastEntry()?.note == "log:1")
    }

    @Test func zonesThatNoHostHasAreRefusedByTheTable() throws {
        try store(lines(0..<2), zone: "Z")
        #expect(throws: ArchiveError.self) {
            try fixture.archive.database.execute("UPDATE log_segment SET utc_offset = 900")
        }
    }
}
