/// The quotas of the whole host (xenstore-migration.md, "GLOBAL_QUOTA_DATA"; v1 from 2022 on, v2).
///
///      0    1    2    3   byte
///     +---------+---------+
///     |n-dom-quo|n-glob-qu|
///     +---------+---------+
///     | the values, 4 bytes each, those of domains first
///     | the names, each ending in NUL, in the same order
public struct GlobalQuotaData: RecordFields {
    package static let type = RecordType.globalQuotaData

    /// How many of `quotas`, from the first, are defaults for a domain; the others are the host's
    /// own.
    public var domQuotaCount: UInt16
    /// The quotas, those for domains first.
    public var quotas: [Quota]

    /// A record with these fields.
    public init(domQuotaCount: UInt16, quotas: [Quota]) {
        self.domQuotaCount = domQuotaCount
        self.quotas = quotas
    }

    /// A record with empty fields.
    public init() {
        self.init(domQuotaCount: 0, quotas: [])
    }

    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
        try visitor.integer(.domQuotaCount, &domQuotaCount)
        // A record that names more domain quotas than it has cannot be written; the count of the
        // others is then 0.
        let globCount = try visitor.count(
            .globQuotaCount, as: UInt16.self, of: max(0, quotas.count - Int(domQuotaCount)))
        try visitor.quotas(.quotas, &quotas, count: Int(domQuotaCount) + globCount)
    }

    package static let samples = [
        GlobalQuotaData(
            domQuotaCount: 1,
            quotas: [Quota(name: Octets("nodes".utf8), value: 1000), Quota(name: Octets("hosts".utf8), value: 0)])
    ]
}
