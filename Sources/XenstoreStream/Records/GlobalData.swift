/// Global state of the daemon, for live update only (xenstore-migration.md, "GLOBAL_DATA").
///
///      0    1    2    3   byte
///     +----+----+----+----+
///     | rw-socket-fd      |
///     +-------------------+
///     | ro-socket-fd (draft) or evtchn-fd (v1, v2)
///     +-------------------+
///
/// oxenstored's text also has the port on which the daemon learns that a domain has gone.
public struct GlobalData: RecordFields {
    package static let type = RecordType.globalData

    /// The file descriptor of the listening socket; -1: none.
    public var rwSocketFD: Int32
    /// draft: the descriptor of the read-only socket. v1 and v2: the descriptor of the event
    /// channel device. -1: none.
    public var secondFD: Int32
    /// oxenstored: the port of the event that a domain has gone. -1: none.
    public var virqPort: Int32

    /// A record with these fields.
    public init(rwSocketFD: Int32 = -1, secondFD: Int32 = -1, virqPort: Int32 = -1) {
        self.rwSocketFD = rwSocketFD
        self.secondFD = secondFD
        self.virqPort = virqPort
    }

    /// A record without any descriptor or port.
    public init() {
        self.init(rwSocketFD: -1)
    }

    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.integer(.rwSocketFD, &rwSocketFD)
        try visitor.integer(visitor.layout.globalSecondField, &secondFD)
        if visitor.layout.hasVIRQPort { try visitor.integer(.virqPort, &virqPort) }
    }

    package static let samples = [GlobalData(rwSocketFD: 3, secondFD: 6)]
}
