import XenstoreArchive
import XenstoreClient
import XenstoreStream

/// What the custody log says of a recorded image: why it was stored, and what is not known.
struct RecordNote {
    /// Why an image is stored.
    enum Reason: String {
        /// The first image of a run.
        case start
        /// Events named something, and it has changed.
        case events
        /// Reading everything again has found a change, or events came meanwhile.
        case sweep
        /// The connection was lost, and everything was read again.
        case reconnect
        /// The recorder is stopped, and something had changed.
        case stop
    }

    /// A time in which changes were not seen.
    struct Gap {
        /// When the store was known last, and when it was known again; nanoseconds since 1970, UTC.
        let from: Int64
        let to: Int64
        /// What happened.
        let why: String
    }

    let reason: Reason
    let captured: CapturedStore
    /// The time of the image before in this run; nil: there is none.
    var since: Int64?
    var gaps: [Gap] = []
    /// The paths that a sweep found changed without an event.
    var silent: [Octets] = []
    var clock: CaptureClock.Reading?
    /// How many attempts to store an image failed before this one, and why the last did.
    var unstored: (count: Int, why: String)?

    /// The most paths of a list.
    private static let mostPaths = 1000

    /// The note. What is the same for all images of a run is only in that of the first.
    func json() throws -> JSON {
        let isWhole = reason == .start || reason == .reconnect
        var members: [(String, JSON)] = [
            ("method", .string("record")), ("reason", .string(reason.rawValue)),
            ("daemon", .string(captured.daemon.name)),
        ]
        if isWhole {
            members += [
                ("tool", captured.daemon.tool.map(JSON.bytes) ?? .null),
                ("program", captured.daemon.program.map(JSON.bytes) ?? .null),
                ("control", captured.daemon.commands.map(JSON.bytes) ?? .null),
                ("introduced", domains { $0 }), ("not_introduced", domains { !$0 }),
            ]
        }
        if let since { members.append(("since", .string(try CaptureReport.time(since)))) }
        members += [
            ("moment", .string(try CaptureReport.time(captured.moment))), ("rounds", .integer(Int64(captured.rounds))),
            ("events", .integer(Int64(captured.eventCount))), ("requests", .integer(Int64(captured.requestCount))),
            ("unsettled", Self.paths(captured.unsettled)),
        ]
        if !captured.unreadable.isEmpty { members.append(("unreadable", Self.paths(captured.unreadable.map(\.path)))) }
        if !gaps.isEmpty {
            let list = try gaps.map { gap in
                JSON.object([
                    ("from", .string(try CaptureReport.time(gap.from))),
                    ("to", .string(try CaptureReport.time(gap.to))),
                    ("why", .string(gap.why)),
                ])
            }
            members.append(("gaps", .array(list)))
        }
        if !silent.isEmpty {
            members += [("silent", Self.paths(silent)), ("silent_count", .integer(Int64(silent.count)))]
        }
        if let clock, clock.wall != nil || clock.step != 0 {
            members.append(("clock", .string(try CaptureReport.time(max(0, clock.wall ?? clock.time)))))
            members.append(("clock_step_ms", .integer(clock.step / 1_000_000)))
        }
        if let unstored {
            members += [("failed_attempts", .integer(Int64(unstored.count))), ("failed_why", .string(unstored.why))]
        }
        return .object(members)
    }

    private static func paths(_ paths: [Octets]) -> JSON {
        .array(paths.prefix(mostPaths).map(JSON.bytes))
    }

    private func domains(_ isWanted: (Bool) -> Bool) -> JSON {
        .array(captured.domains.filter { isWanted($0.isIntroduced) }.map { .integer(Int64($0.domid)) })
    }
}
