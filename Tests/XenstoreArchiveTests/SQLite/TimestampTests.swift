import Testing

@testable import XenstoreArchive

@Suite struct TimestampTests {
    @Test(arguments: [
        ("2026-08-01", "2026-08-01T00:00:00Z"), ("20260801", "2026-08-01T00:00:00Z"),
        ("2026-08-01T12:00:00Z", "2026-08-01T12:00:00Z"), ("2026-08-01t12:00:00z", "2026-08-01T12:00:00Z"),
        ("2026-08-01 12:00:00", "2026-08-01T12:00:00Z"), ("2026-08-01T12:00", "2026-08-01T12:00:00Z"),
        ("2026-08-01T12:00:00+02:00", "2026-08-01T10:00:00Z"), ("2026-08-01T12:00:00+0200", "2026-08-01T10:00:00Z"),
        ("2026-08-01T12:00:00+02", "2026-08-01T10:00:00Z"), ("2026-08-01T12:00:00-0500", "2026-08-01T17:00:00Z"),
        ("2026-08-01T12:00:00-05", "2026-08-01T17:00:00Z"), ("2026-08-01 12:00:00 -05:30", "2026-08-01T17:30:00Z"),
        ("2026-08-01T12:00-05:00", "2026-08-01T17:00:00Z"), ("2026-08-01T12+02", "2026-08-01T10:00:00Z"),
        ("20260801T120000Z", "2026-08-01T12:00:00Z"), ("20260801T1200+0545", "2026-08-01T06:15:00Z"),
        ("2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00Z"), ("2024-02-29T23:59:59-14:00", "2024-03-01T13:59:59Z"),
        ("0000-01-01T14:00:00+14:00", "0000-01-01T00:00:00Z"), ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
    ])
    func aTimeIsBroughtToUTC(_ text: String, _ time: String) throws {
        #expect(try Timestamp.normalize(text) == time)
        #expect(try Timestamp.normalize(time) == time)
    }

    @Test(arguments: [
        ("2026-08-01T12:00:00.5Z", "2026-08-01T12:00:00.5Z"), ("2026-08-01T12:00:00,250+02", "2026-08-01T10:00:00.25Z"),
        ("2026-08-01T12:00:00.123456789-0500", "2026-08-01T17:00:00.123456789Z"),
        ("2026-08-01T12:00:00.000Z", "2026-08-01T12:00:00Z"), ("20260801T120000.001Z", "2026-08-01T12:00:00.001Z"),
        ("2026-08-01T23:59:59.999999999Z", "2026-08-01T23:59:59.999999999Z"),
    ])
    func aFractionOfASecondIsKeptToItsLastDigit(_ text: String, _ time: String) throws {
        #expect(try Timestamp.normalize(text) == time)
        #expect(try Timestamp.normalize(time) == time)
    }

    @Test(arguments: [
        "", "2026", "2026-08", "2026-8-1", "26-08-01", "2026-13-01", "2026-02-31", "2025-02-29", "2026-00-01",
        "2026-01-00",
        "2026-08-01T", "2026-08-01T12", "2026-08-01T25:00:00", "2026-08-01T24:00:00", "2026-08-01T12:60:00",
        "2026-08-01T12:00:60", "2026-08-01T12:00:00+", "2026-08-01T12:00:00+2", "2026-08-01T12:00:00+15:00",
        "2026-08-01T12:00:00+14:01", "2026-08-01T12:00:00+02:60", "2026-08-01T12:00:00+02:0", "2026-08-01T12:00:00+020",
        "2026-08-01T12:00:00+02:00:00", "2026-08-01T12:00:00ZZ", "2026-08-01T12:00:00x", "2026-08-01T12:00:00.Z",
        "2026-08-01T12:00:00.1234567890Z", "2026-08-01T12.5Z", "2026-08-01T1200Z", "20260801T12:00Z", "2026-0801",
        "0000-01-01T00:00:00+14:00", "9999-12-31T23:00:00-05:00", "now", "2026-08-01T12:00:00Z\n", "٢٠٢٦-08-01",
        "2026-08-01T12:00:00 UTC", "-2026-08-01", "2026-08-01Z",
    ])
    func anotherTextIsRefused(_ text: String) {
        #expect { try Timestamp.normalize(text) } throws: {
            guard let error = $0 as? ArchiveError else { return false }
            return error.code == .usage
                && error.message == "\(text): not a valid time; use the form 2026-08-01T12:00:00Z"
        }
    }

    @Test func withoutItsLetterATimeSortsAsText() throws {
        let times = [
            "2026-08-01T11:59:59.999Z", "2026-08-01T12:00:00Z", "2026-08-01T12:00:00.000000001Z",
            "2026-08-01T12:00:00.05Z", "2026-08-01T12:00:00.5Z", "2026-08-01T12:00:00.51Z", "2026-08-01T12:00:01Z",
        ]
        let database = try Database(path: ":memory:", mode: .write)
        for (earlier, later) in zip(times, times.dropFirst()) {
            let query = try database.prepare("SELECT rtrim(?1, 'Z') < rtrim(?2, 'Z')")
            try query.bind(1, try Timestamp.normalize(earlier))
            try query.bind(2, try Timestamp.normalize(later))
            #expect(try query.step() && query.integer(0) == 1, "\(earlier) \(later)")
        }
    }

    @Test func onlyATimeThatHasNotComeIsInTheFuture() throws {
        #expect(try Timestamp.isInFuture("2999-01-01T00:00:00Z"))
        #expect(try Timestamp.isInFuture("9999-12-31T23:59:59.5Z"))
        #expect(try !Timestamp.isInFuture("2020-01-01T00:00:00Z"))
        #expect(try !Timestamp.isInFuture("0000-01-01T00:00:00.5Z"))
    }
}
