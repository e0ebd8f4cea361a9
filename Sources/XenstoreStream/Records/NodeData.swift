/// A node, committed or pending in a transaction (xenstore-migration.md, "NODE_DATA").
///
/// v1 and v2:
///
///      0    1    2    3    4    5    6    7   byte
///     +-------------------+-------------------+
///     | conn-id           | tx-id             |
///     +---------+---------+---------+---------+
///     |path-len |value-len| access  |perm-coun|
///     +---------+---------+---------+---------+
///     | perms, 4 bytes each: perm, flags, domid
///     | path, value ...
///
/// draft: conn-id, tx-id, access, perm-count, perms, path-len, value-len, path, value.
public struct NodeData: RecordFields {
    package static let type = RecordType.nodeData

    /// 0 for a committed node; otherwise the connection whose transaction has touched the node.
    public var connID: UInt32
    /// The transaction of a pending node; kept, but without meaning, in a committed one.
    public var txID: UInt32
    /// A pending node: bit 0 read, bit 1 written, 0 deleted; kept, but without meaning, in a
    /// committed one.
    public var access: UInt16
    /// The first entry names the owner; its letter says what domains without an entry may do.
    public var perms: [Permission]
    /// The node's path: absolute, or special (`@...`).
    public var path: TerminatedString
    /// Any bytes; may be empty.
    public var value: Octets

    /// A node with these fields; by default it is committed.
    public init(
        path: TerminatedString, value: Octets, perms: [Permission], connID: UInt32 = 0, txID: UInt32 = 0,
        access: UInt16 = 0
    ) {
        self.connID = connID
        self.txID = txID
        self.access = access
        self.perms = perms
        self.path = path
        self.value = value
    }

    /// A node with empty fields.
    public init() {
        self.init(path: TerminatedString([]), value: [], perms: [])
    }

    /// Whether every connection sees the node.
    public var isCommitted: Bool {
        connID == 0
    }

    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.integer(.connID, &connID)
        try visitor.integer(.txID, &txID)
        let pathCount: Int
        let valueCount: Int
        switch visitor.layout.nodeShape {
        case .draft:
            try visitor.integer(.access, &access)
            let permCount = try visitor.count(.permCount, as: UInt16.self, of: perms.count)
            try visitor.permissions(.perms, &perms, count: permCount)
            pathCount = try visitor.count(.pathLength, as: UInt16.self, of: path.wireCount)
            valueCount = try visitor.count(.valueLength, as: UInt16.self, of: value.count)
        case .released:
            pathCount = try visitor.count(.pathLength, as: UInt16.self, of: path.wireCount)
            valueCount = try visitor.count(.valueLength, as: UInt16.self, of: value.count)
            try visitor.integer(.access, &access)
            let permCount = try visitor.count(.permCount, as: UInt16.self, of: perms.count)
            try visitor.permissions(.perms, &perms, count: permCount)
        }
        try visitor.string(.path, &path, count: pathCount)
        try visitor.bytes(.value, &value, count: valueCount)
    }

    package static let samples = [
        NodeData(
            path: TerminatedString("/local/domain/1/name"), value: Octets("web01".utf8),
            perms: [Permission(perm: 0x6E, domid: 0), Permission(perm: 0x72, flags: 1, domid: 1)])
    ]
}
