/// What the daemon knows about one domain (xenstore-migration.md, "DOMAIN_DATA"; v1 from 2022 on,
/// v2).
///
///      0    1    2    3    4    5    6    7   byte
///     +---------+---------+-------------------+
///     | domid   | n-quota | features          |
///     +---------+---------+-------------------+
///     | the values, 4 bytes each
///     | the names, each ending in NUL, in the same order
public struct DomainData: RecordFields {
    package static let type = RecordType.domainData

    /// The domain.
    public var domid: UInt16
    /// v2: the features that the domain may see; zero in v1.
    public var features: UInt32
    /// The quotas of the domain.
    public var quotas: [Quota]

    /// A record with these fields.
    public init(domid: UInt16, features: UInt32 = 0, quotas: [Quota] = []) {
        self.domid = domid
        self.features = features
        self.quotas = quotas
    }

    /// A record with empty fields.
    public init() {
        self.init(domid: 0)
    }

    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.integer(.domid, &domid)
        let count = try visitor.count(.quotaCount, as: UInt16.self, of: quotas.count)
        try visitor.integer(.features, &features)
        try visitor.quotas(.quotas, &quotas, count: count)
    }

    package static let samples = [
        DomainData(domid: 4, features: 0xE, quotas: [Quota(name: Octets("nodes".utf8), value: 1000)])
    ]
}
