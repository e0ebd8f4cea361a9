/// A watch with a depth, from version 2 on (xenstore-migration.md, "WATCH_DATA_EXTENDED").
///
///      0    1    2    3   byte
///     +-------------------+
///     | conn-id           |
///     +---------+---------+
///     |wpath-len|token-len|
///     +---------+---------+
///     | depth   | pad     |
///     +---------+---------+
///     | wpath, token ...
///
/// The daemons that write this record (Xen 4.22 and later) leave out depth and pad, but count them
/// in `len`: in such a record `hasDepth` is false.
public struct WatchDataExtended: RecordFields {
    package static let type = RecordType.watchDataExtended
    /// The depth that means no limit.
    public static let unlimited: UInt16 = 0xFFFF

    /// The connection that set the watch.
    public var connID: UInt32
    /// Absolute, relative to the domain's home, or special (`@...`).
    public var wpath: TerminatedString
    /// Any string; may be empty.
    public var token: TerminatedString
    /// How many levels below `wpath` fire the watch.
    public var depth: UInt16
    /// Zero in a clean stream.
    public var depthPad: UInt16
    /// Whether depth and pad are there; if not, `depth` has no meaning.
    public var hasDepth = true

    /// A watch with these fields.
    public init(connID: UInt32, wpath: TerminatedString, token: TerminatedString, depth: UInt16, depthPad: UInt16 = 0) {
        self.connID = connID
        self.wpath = wpath
        self.token = token
        self.depth = depth
        self.depthPad = depthPad
    }

    /// A watch with empty fields and no limit of depth.
    public init() {
        self.init(connID: 0, wpath: TerminatedString([]), token: TerminatedString([]), depth: Self.unlimited)
    }

    /// The watch without its depth.
    public var watch: WatchData {
        WatchData(connID: connID, wpath: wpath, token: token)
    }

    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.integer(.connID, &connID)
        let wpathCount = try visitor.count(.wpathLength, as: UInt16.self, of: wpath.wireCount)
        let tokenCount = try visitor.count(.tokenLength, as: UInt16.self, of: token.wireCount)
        try visitor.presence(of: .depth, &hasDepth)
        if hasDepth {
            try visitor.integer(.depth, &depth)
            try visitor.integer(.depthPad, &depthPad)
        }
        try visitor.string(.wpath, &wpath, count: wpathCount)
        try visitor.string(.token, &token, count: tokenCount)
    }

    package static let samples: [WatchDataExtended] = {
        let watch = WatchDataExtended(
            connID: 1, wpath: TerminatedString("/local/domain/0"), token: TerminatedString("t"), depth: 2)
        var short = watch
        short.hasDepth = false
        short.depth = unlimited
        return [watch, short]
    }()
}
