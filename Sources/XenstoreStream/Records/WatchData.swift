/// A registered watch (xenstore-migration.md, "WATCH_DATA").
///
///      0    1    2    3   byte
///     +-------------------+
///     | conn-id           |
///     +---------+---------+
///     |wpath-len|token-len|
///     +---------+---------+
///     | wpath, token ...
public struct WatchData: RecordFields {
    package static let type = RecordType.watchData

    /// The connection that set the watch.
    public var connID: UInt32
    /// Absolute, relative to the domain's home, or special (`@...`).
    public var wpath: TerminatedString
    /// Any string; may be empty.
    public var token: TerminatedString

    /// A watch with these fields.
    public init(connID: UInt32, wpath: TerminatedString, token: TerminatedString) {
        self.connID = connID
        self.wpath = wpath
        self.token = token
    }

    /// A watch with empty fields.
    public init() {
        self.init(connID: 0, wpath: TerminatedString([]), token: TerminatedString([]))
    }

    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.integer(.connID, &connID)
        let wpathCount = try visitor.count(.wpathLength, as: UInt16.self, of: wpath.wireCount)
        let tokenCount = try visitor.count(.tokenLength, as: UInt16.self, of: token.wireCount)
        try visitor.string(.wpath, &wpath, count: wpathCount)
        try visitor.string(.token, &token, count: tokenCount)
    }

    package static let samples = [
        WatchData(connID: 1, wpath: TerminatedString("device"), token: TerminatedString("ffffffff82a5d5c0"))
    ]
}
