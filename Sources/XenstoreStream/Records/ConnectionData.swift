/// A connection to the daemon, a domain's ring or a socket (xenstore-migration.md,
/// "CONNECTION_DATA").
///
/// v1 and v2:
///
///      0    1    2    3    4    5    6    7   byte
///     +-------------------+---------+---------+
///     | conn-id           |conn-type| fields  |
///     +-------------------+---------+---------+
///     | conn-spec: domid, tdomid, evtchn, or socket-fd, pad
///     +---------+---------+-------------------+
///     |in-data-l|out-resp-| out-data-len      |
///     +---------+---------+-------------------+
///     | in-data, out-data ...
///     | at the next multiple of 8: unique-id, if fields has bit 0
///
/// draft: conn-id, a pad, conn-type, then a conn-spec of 22 bytes (ring) or 6 (socket), data-len,
/// data.
public struct ConnectionData: RecordFields {
    package static let type = RecordType.connectionData
    /// The domid that means "no domain" in tdomid.
    public static let noDomain: UInt16 = 0x7FF4

    /// Not zero. The daemon renumbers at every dump, so the number means nothing across two images.
    public var connID: UInt32 = 0
    /// draft: 4 bytes after conn-id, zero in a clean stream.
    public var connPad: UInt32 = 0
    /// 0 shared ring, 1 socket.
    public var connType: UInt16 = 0
    /// v1, v2: bit 0 says that a unique-id follows the data.
    public var fields: UInt16 = 0

    // Ring
    /// The domain of the ring.
    public var domid: UInt16 = 0
    /// The domain that `domid` acts for after SET_TARGET; `noDomain` otherwise.
    public var tdomid: UInt16 = ConnectionData.noDomain
    /// v1, v2: the event channel port that the daemon uses.
    public var evtchn: UInt32 = 0
    /// draft. Ring: bit 0 INTRODUCE issued, bit 1 RELEASE issued. Socket: bit 0 read-only.
    public var flags: UInt16 = 0
    /// draft: the domain's event channel port.
    public var revtchn: UInt32 = 0
    /// draft: the daemon's own port; all ones in a migration.
    public var levtchn: UInt32 = 0
    /// draft: the ring's machine frame; all ones in a migration.
    public var mfn: UInt64 = 0

    // Socket
    /// The file descriptor of the socket.
    public var socketFD: Int32 = -1
    /// v1, v2: 4 bytes after socket-fd, zero in a clean stream.
    public var socketPad: UInt32 = 0

    /// The bytes of conn-spec if conn-type is not a known one (draft: all the rest of the body).
    public var connSpec: Octets = []

    /// Request bytes not yet handled (v1, v2).
    public var inData: Octets = []
    /// How many bytes of `outData` finish a reply that is already half written (v1, v2).
    public var outRespLength: UInt16 = 0
    /// Replies and events not yet written to the connection; the draft's only buffer.
    public var outData: Octets = []
    /// Distinguishes one use of a domid from the next (v1, v2, if fields has bit 0).
    public var uniqueID: UInt64 = 0

    /// A connection with empty fields, to be filled by a reader.
    public init() {}

    /// A ring connection of v1 or v2.
    public init(connID: UInt32, ringOf domid: UInt16, tdomid: UInt16 = ConnectionData.noDomain, evtchn: UInt32) {
        self.connID = connID
        self.domid = domid
        self.tdomid = tdomid
        self.evtchn = evtchn
    }

    /// A socket connection.
    public init(connID: UInt32, socketFD: Int32) {
        self.connID = connID
        self.connType = 1
        self.socketFD = socketFD
    }

    /// The kind of connection, by conn-type.
    public var kind: Kind {
        switch connType {
        case 0: .ring
        case 1: .socket
        default: .unknown
        }
    }

    /// The kinds of connection that conn-type distinguishes.
    public enum Kind: Sendable {
        case ring, socket, unknown
    }

    /// Whether a unique-id follows the data, by bit 0 of fields.
    public var hasUniqueID: Bool {
        fields & 1 == 1
    }

    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.integer(.connID, &connID)
        switch visitor.layout.connectionShape {
        case .draft: try visitDraft(&visitor)
        case .released: try visitReleased(&visitor)
        }
    }

    @inlinable
    package mutating func visitDraft<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.integer(.connPad, &connPad)
        try visitor.integer(.connType, &connType)
        switch kind {
        case .ring:
            try visitor.integer(.domid, &domid)
            try visitor.integer(.tdomid, &tdomid)
            try visitor.integer(.flags, &flags)
            try visitor.integer(.revtchn, &revtchn)
            try visitor.integer(.levtchn, &levtchn)
            try visitor.integer(.mfn, &mfn)
        case .socket:
            try visitor.integer(.flags, &flags)
            try visitor.integer(.socketFD, &socketFD)
        case .unknown:
            // The end of an unknown conn-spec cannot be known.
            return try visitor.rest(.connSpec, &connSpec)
        }
        let count = try visitor.count(.outDataLength, as: UInt32.self, of: outData.count)
        try visitor.bytes(.outData, &outData, count: count)
    }

    @inlinable
    package mutating func visitReleased<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.integer(.connType, &connType)
        try visitor.integer(.fields, &fields)
        switch kind {
        case .ring:
            try visitor.integer(.domid, &domid)
            try visitor.integer(.tdomid, &tdomid)
            try visitor.integer(.evtchn, &evtchn)
        case .socket:
            try visitor.integer(.socketFD, &socketFD)
            try visitor.integer(.socketPad, &socketPad)
        case .unknown:
            try visitor.bytes(.connSpec, &connSpec, count: 8)
        }
        let inCount = try visitor.count(.inDataLength, as: UInt16.self, of: inData.count)
        try visitor.integer(.outRespLength, &outRespLength)
        let outCount = try visitor.count(.outDataLength, as: UInt32.self, of: outData.count)
        try visitor.bytes(.inData, &inData, count: inCount)
        try visitor.bytes(.outData, &outData, count: outCount)
        if hasUniqueID {
            try visitor.alignment(.uniqueIDPad)
            try visitor.integer(.uniqueID, &uniqueID)
        }
    }

    package static let samples: [ConnectionData] = {
        var ring = ConnectionData(connID: 1, ringOf: 5, evtchn: 30)
        ring.revtchn = 2
        ring.levtchn = 30
        ring.mfn = 1_044_476
        ring.flags = 1
        ring.outData = [1, 2, 3]
        ring.fields = 1
        ring.uniqueID = 77
        var socket = ConnectionData(connID: 2, socketFD: 9)
        socket.flags = 1
        socket.outData = [4, 5]
        var future = ConnectionData()
        future.connID = 3
        future.connType = 7
        future.connSpec = [1, 2, 3, 4, 5, 6, 7, 8]
        return [ring, socket, future]
    }()
}
