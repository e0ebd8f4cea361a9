import XenstoreArchive
import XenstoreStream

/// What the C xenstored would do with an image on restore.
///
/// Its reader is followed step by step, trusting every length as it does. The steps are those that were observed when the
/// daemon of Xen 4.17 restored some 290 odd and broken streams; for streams of version 2, which that daemon refuses, its
/// successors are taken to do the same, and to know the types 6 to 8.
public struct RestoreForecast: Sendable {
    /// What happens, the gravest last.
    public enum Effect: String, CaseIterable, Comparable, Sendable {
        /// The state is taken as it stands in the stream.
        case accepts
        /// A record is left out.
        case skips
        /// Something is taken otherwise than it stands there, or is lost.
        case alters
        /// Bytes are taken for data that belong to something else.
        case overReads = "over-reads"
        /// The daemon ends, and with it the host's store.
        case dies

        public static func < (left: Effect, right: Effect) -> Bool {
            rank(left) < rank(right)
        }

        private static func rank(_ effect: Effect) -> Int {
            allCases.firstIndex(of: effect) ?? 0
        }
    }

    /// One thing that happens.
    public struct Event: Sendable {
        public let effect: Effect
        /// Bytes from the start of the file.
        public let offset: Int
        /// The number of the record there, where one is.
        public let record: Int?
        /// What happens; names from the image are escaped.
        public let message: String
    }

    public let events: [Event]

    /// The gravest effect of all.
    public var effect: Effect {
        events.map(\.effect).max() ?? .accepts
    }

    public init(_ image: PreparedImage) throws {
        var offsets: [Int] = []
        try image.forEachItem { _, item in
            if case .record(let record) = item, record.type != .end { offsets.append(record.offset) }
        }
        var walk = RestoreWalk(bytes: image.bytes, records: RestoreRecords(offsets: offsets))
        walk.run()
        events = walk.events
    }
}
