/// The capture times of a series: the wall's, but never at or before that of the image before.
package struct CaptureClock: Sendable {
    /// A capture time, and what is odd about it.
    package struct Reading: Equatable, Sendable {
        /// Nanoseconds since 1970, UTC.
        package let time: Int64
        /// The time of the wall clock, if it is not `time`.
        package let wall: Int64?
        /// By how many nanoseconds the wall clock was set since the image before, as far as it can
        /// be seen; 0: it was not.
        package let step: Int64
    }

    /// The capture time and the wall clock's time of the image before, and when that was by a clock
    /// that is never set; nil: there is none.
    private var last: (time: Int64, wall: Int64, instant: ContinuousClock.Instant)?

    /// A clock that is this much off the other is set; less is drift.
    private static let tolerance: Int64 = 1_000_000_000
    /// Capture times have milliseconds.
    private static let resolution: Int64 = 1_000_000

    /// - Parameter newest: the time of the newest image that the series has; nil: it has none.
    package init(newest: Int64?) {
        last = newest.map { ($0, $0, .now) }
        isFirst = true
    }

    /// The image before is one of an earlier run, of which the second clock says nothing.
    private var isFirst: Bool

    /// The capture time of the next image.
    /// - Parameters:
    ///   - wall: the time of the wall clock.
    ///   - instant: the same moment by a clock that is never set.
    package mutating func read(wall: Int64, at instant: ContinuousClock.Instant = .now) -> Reading {
        defer { isFirst = false }
        let wall = wall / Self.resolution * Self.resolution
        guard let last else {
            self.last = (wall, wall, instant)
            return Reading(time: wall, wall: nil, step: 0)
        }
        let passed = isFirst ? 0 : Self.nanoseconds(instant - last.instant)
        let expected = last.wall &+ passed
        let difference = wall &- expected
        let step = isFirst ? min(0, difference) : abs(difference) > Self.tolerance ? difference : 0
        // The clock was set back: the series goes on, as fast as time goes on.
        let time = wall > last.time ? wall : last.time &+ max(Self.resolution, passed)
        let rounded = time / Self.resolution * Self.resolution
        self.last = (rounded, wall, instant)
        return Reading(time: rounded, wall: rounded == wall ? nil : wall, step: step)
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue &+ attoseconds / 1_000_000_000
    }
}
