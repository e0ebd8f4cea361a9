import XenstoreArchive
import XenstoreStream

/// What a daemon would do with an image on restore: the C xenstored with a stream, oxenstored with
/// its text.
///
/// The forecast follows the daemon's reader step by step, and trusts every length as the daemon
/// does. The steps are those observed when the daemon of Xen 4.17 restored some 290 odd and broken
/// streams. That daemon refuses streams of version 2; its successors are assumed to do the same as
/// it does with version 1, and to know the types 6 to 8. What other versions do differently is in
/// `RestoreVersions`. A forecast that is for no version in particular reports what any version
/// would do, and which ones. For oxenstored see `OxenstoredWalk`.
public struct RestoreForecast: Sendable {
    /// The effects, the worst last.
    public enum Effect: String, CaseIterable, Comparable, Sendable {
        /// The state is restored unchanged.
        case accepts
        /// A record is skipped.
        case skips
        /// Something is restored differently, or is lost.
        case alters
        /// Bytes that belong to something else are read as data.
        case overReads = "over-reads"
        /// The daemon exits, and the host's store is lost.
        case dies

        /// Orders the effects, the worst last.
        public static func < (left: Effect, right: Effect) -> Bool {
            rank(left) < rank(right)
        }

        private static func rank(_ effect: Effect) -> Int {
            allCases.firstIndex(of: effect) ?? 0
        }
    }

    /// One thing that happens.
    public struct Event: Sendable {
        /// How bad it is.
        public let effect: Effect
        /// Bytes from the start of the file.
        public let offset: Int
        /// The number of the record at the offset; nil if no record begins there.
        public let record: Int?
        /// What happens; names from the image are escaped.
        public let message: String
    }

    /// The daemon that would restore the image.
    public enum Daemon: String, Sendable {
        case xenstored = "a C xenstored"
        case oxenstored
    }

    /// The daemon that would restore the image; nil for an image that has only nodes, which no
    /// daemon restores, and for one of which it is not known.
    public let daemon: Daemon?

    /// Whether the image cannot say what a daemon would do with it: which connections there were is
    /// unknown, and without those of its nodes' owners a C xenstored dies.
    public private(set) var isUnknown = false

    /// The version of Xen whose C xenstored it is; nil: any.
    public let release: XenVersion?

    /// The daemon in words; nil for an image that has only nodes.
    public var daemonTitle: String? {
        guard daemon == .xenstored, let release else { return daemon?.rawValue }
        return "the C xenstored of Xen \(release)"
    }

    /// How many events of one effect are listed at most.
    static let mostEvents = 100

    /// In the order in which they happen; at most 100 of each effect.
    public let events: [Event]

    /// The worst effect of all events.
    public var effect: Effect {
        events.map(\.effect).max() ?? .accepts
    }

    /// Makes the forecast for an image.
    /// - Parameters:
    ///   - image: the image.
    ///   - release: the version of Xen whose C xenstored restores it; nil: any.
    ///   - coverage: what the image covers, if the archive says it; nil: what its bytes show.
    /// - Throws: the errors of reading the image.
    public init(_ image: ScannedImage, for release: XenVersion? = nil, coverage: Coverage? = nil) throws {
        if image.format.layout.isText {
            let daemon: Daemon? = image.format.layout.hasOnlyNodes ? nil : .oxenstored
            var walk = OxenstoredWalk(image)
            if daemon != nil { try walk.run() }
            self.init(daemon: daemon, release: nil, events: walk.events)
            return
        }
        // Of an image that has some connections, or is damaged, the forecast is about the file as
        // it is: a part of a host may be meant for a restore.
        if !image.isDamaged, !(coverage ?? image.coverage).covers(.connections), !Self.hasConnections(image) {
            self.init(daemon: nil, release: nil, events: [])
            isUnknown = true
            return
        }
        self.init(stream: image.bytes, offsets: image.recordOffsets, for: release)
    }

    private static func hasConnections(_ image: ScannedImage) -> Bool {
        image.recordOffsets.contains { offset in
            image.format.byteOrder.integer(UInt32.self, at: offset, of: image.bytes)
                == RecordType.connectionData.rawValue
        }
    }

    /// - Parameters:
    ///   - offsets: where the records begin, without END; ascending.
    ///   - release: the version of Xen; nil: any.
    init(stream: [UInt8], offsets: [Int], for release: XenVersion? = nil) {
        var walk = XenstoredWalk(bytes: stream, records: RestoreRecords(offsets: offsets), release: release)
        walk.run()
        self.init(daemon: .xenstored, release: release, events: walk.events)
    }

    private init(daemon: Daemon?, release: XenVersion?, events: [Event]) {
        self.daemon = daemon
        self.release = release
        self.events = events
    }
}
