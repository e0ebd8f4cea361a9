import XenstoreArchive
import XenstoreStream

/// What a daemon would do with an image on restore: the C xenstored with a stream, oxenstored with its text.
///
/// Its reader is followed step by step, trusting every length as it does. The steps are those that were observed when the
/// daemon of Xen 4.17 restored some 290 odd and broken streams; for streams of version 2, which that daemon refuses, its
/// successors are taken to do the same, and to know the types 6 to 8. oxenstored reads line by line, `OxenstoredWalk`.
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

    /// Who would restore it.
    public enum Daemon: String, Sendable {
        case xenstored = "a C xenstored"
        case oxenstored
    }

    /// Nil for a listing, which no daemon restores.
    public let daemon: Daemon?

    public let events: [Event]

    /// The gravest effect of all.
    public var effect: Effect {
        events.map(\.effect).max() ?? .accepts
    }

    public init(_ image: ScannedImage) throws {
        if image.format.layout.isText {
            let daemon: Daemon? = image.format.layout == .oxenstored ? .oxenstored : nil
            var walk = OxenstoredWalk(image)
            if daemon != nil { try walk.run() }
            self.init(daemon: daemon, events: walk.events)
            return
        }
        var offsets: [Int] = []
        try image.forEachItem { _, item in
            if case .record(let record) = item, record.type != .end { offsets.append(record.offset) }
        }
        self.init(stream: image.bytes, offsets: offsets)
    }

    /// - Parameter offsets: where the records begin, END left out; ascending.
    init(stream: [UInt8], offsets: [Int]) {
        var walk = XenstoredWalk(bytes: stream, records: RestoreRecords(offsets: offsets))
        walk.run()
        self.init(daemon: .xenstored, events: walk.events)
    }

    private init(daemon: Daemon?, events: [Event]) {
        self.daemon = daemon
        self.events = events
    }
}
