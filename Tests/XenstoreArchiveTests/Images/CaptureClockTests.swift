import Testing

@testable import XenstoreArchive

/// Capture times rise, whatever happens to the wall clock.
@Suite struct CaptureClockTests {
    private static let second: Int64 = 1_000_000_000
    private static let begin: Int64 = 1_800_000_000 * second
    private let start = ContinuousClock.now

    private func read(_ clock: inout CaptureClock, wall seconds: Double, after passed: Double) -> CaptureClock.Reading {
        clock.read(
            wall: Self.begin + Int64(seconds * Double(Self.second)), at: start + .milliseconds(Int64(passed * 1000)))
    }

    @Test func aClockThatGoesOnGivesItsOwnTime() {
        var clock = CaptureClock(newest: nil)
        for seconds in [0.0, 10, 20.5, 3600] {
            let reading = read(&clock, wall: seconds, after: seconds)
            #expect(
                reading == .init(time: Self.begin + Int64(seconds * Double(Self.second)), wall: nil, step: 0))
        }
    }

    @Test func aClockThatIsSetBackDoesNotTurnTheOrderRound() {
        var clock = CaptureClock(newest: nil)
        _ = read(&clock, wall: 0, after: 0)
        let first = read(&clock, wall: -3600, after: 10)
        #expect(first.time == Self.begin + 10 * Self.second)
        #expect(first.wall == Self.begin - 3600 * Self.second)
        #expect(first.step == -3610 * Self.second)
        // It was set once.
        let second = read(&clock, wall: -3590, after: 20)
        #expect(second.time == Self.begin + 20 * Self.second)
        #expect(second.step == 0)
        #expect(second.wall != nil)
        // Set right again: the wall's time is later, and is taken.
        let third = read(&clock, wall: 30, after: 30)
        #expect(third.time == Self.begin + 30 * Self.second)
        #expect(third.wall == nil)
        #expect(third.step == 3610 * Self.second)
    }

    @Test func aClockThatIsSetForwardIsTakenAndSaid() {
        var clock = CaptureClock(newest: nil)
        _ = read(&clock, wall: 0, after: 0)
        let reading = read(&clock, wall: 500, after: 10)
        #expect(reading.time == Self.begin + 500 * Self.second)
        #expect(reading.wall == nil)
        #expect(reading.step == 490 * Self.second)
    }

    @Test func twoImagesOfOneMillisecondHaveTwoTimes() {
        var clock = CaptureClock(newest: nil)
        let first = read(&clock, wall: 0, after: 0)
        let second = read(&clock, wall: 0, after: 0)
        #expect(second.time == first.time + 1_000_000)
    }

    @Test func aSeriesWithAnImageInTheFutureGoesOnAfterIt() {
        var clock = CaptureClock(newest: Self.begin + 1000 * Self.second)
        let first = read(&clock, wall: 0, after: 0)
        #expect(first.time == Self.begin + 1000 * Self.second + 1_000_000)
        #expect(first.wall == Self.begin)
        #expect(read(&clock, wall: 10, after: 10).time == first.time + 10 * Self.second)
        // One in the past says nothing.
        var other = CaptureClock(newest: Self.begin - 1000 * Self.second)
        #expect(read(&other, wall: 0, after: 0) == .init(time: Self.begin, wall: nil, step: 0))
    }

    @Test(arguments: [
        ("1970-01-01T00:00:01Z", 1_000_000_000), ("2026-08-01T12:00:00.5Z", 1_785_585_600_500_000_000),
        ("1969-12-31T23:59:59Z", -1_000_000_000), ("9999-01-01T00:00:00Z", nil), ("soon", nil),
    ])
    func aStoredTimeIsReadBack(_ text: String, _ expected: Int64?) throws {
        #expect(try Timestamp.nanoseconds(text) == expected)
    }
}
