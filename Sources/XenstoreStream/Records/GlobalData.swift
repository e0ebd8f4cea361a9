/// Global state of the daemon, for live update only (xenstore-migration.md, "GLOBAL_DATA").
///
///      0    1    2    3   octet
///     +----+----+----+----+
///     | rw-socket-fd      |
///     +-------------------+
///     | ro-socket-fd (draft) or evtchn-fd (v1, v2)
///     +-------------------+
public struct GlobalData: RecordFields {
    public static let type = RecordType.globalData

    /// The file descriptor of the listening socket; -1: none.
    public var rwSocketFD: Int32
    /// draft: the descriptor of the read-only socket. v1 and v2: the descriptor of the event channel device. -1: none.
    public var secondFD: Int32

    public init(rwSocketFD: Int32 = -1, secondFD: Int32 = -1) {
        self.rwSocketFD = rwSocketFD
        self.secondFD = secondFD
    }

    public init() {
        self.init(rwSocketFD: -1)
    }

    @inlinable
    public mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(StreamError) {
        try visitor.integer(.rwSocketFD, &rwSocketFD)
        try visitor.integer(visitor.layout.globalSecondField, &secondFD)
    }

    public static let samples = [GlobalData(rwSocketFD: 3, secondFD: 6)]
}
