/// The fields of one record.
public enum RecordBody: Hashable, Sendable {
    case global(GlobalData)
    /// Boxed: its many fields would make every node as large.
    indirect case connection(ConnectionData)
    case watch(WatchData)
    case watchExtended(WatchDataExtended)
    case transaction(TransactionData)
    case node(NodeData)
    case globalQuota(GlobalQuotaData)
    case domain(DomainData)
    /// END, and every type that no document defines.
    case opaque(OpaqueData)

    /// A body with empty fields for `type`.
    public init(type: RecordType) {
        self =
            switch type {
            case .globalData: .global(GlobalData())
            case .connectionData: .connection(ConnectionData())
            case .watchData: .watch(WatchData())
            case .watchDataExtended: .watchExtended(WatchDataExtended())
            case .transactionData: .transaction(TransactionData())
            case .nodeData: .node(NodeData())
            case .globalQuotaData: .globalQuota(GlobalQuotaData())
            case .domainData: .domain(DomainData())
            default: .opaque(OpaqueData(type: type))
            }
    }

    /// A body of `type` with the fields that the visitor gives.
    /// - Throws: what the visitor throws.
    @inlinable
    public init<Visitor: FieldVisitor>(type: RecordType, from visitor: inout Visitor) throws(StreamError) {
        // Most records are nodes: one is filled where it lies, not taken out of the body and put back.
        if type == .nodeData {
            var node = NodeData()
            try node.visitFields(&visitor)
            self = .node(node)
        } else {
            self.init(type: type)
            try visitFields(&visitor)
        }
    }

    public var type: RecordType {
        switch self {
        case .global: .globalData
        case .connection: .connectionData
        case .watch: .watchData
        case .watchExtended: .watchDataExtended
        case .transaction: .transactionData
        case .node: .nodeData
        case .globalQuota: .globalQuotaData
        case .domain: .domainData
        case .opaque(let data): data.type
        }
    }

    /// How many octets `len` counts that are not there.
    package var phantomOctets: Int {
        if case .watchExtended(let data) = self, !data.hasDepth { 4 } else { 0 }
    }

    /// Walks over the fields of whatever record this is.
    @inlinable
    public mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(StreamError) {
        switch self {
        case .global(var data):
            try data.visitFields(&visitor)
            self = .global(data)
        case .connection(var data):
            try data.visitFields(&visitor)
            self = .connection(data)
        case .watch(var data):
            try data.visitFields(&visitor)
            self = .watch(data)
        case .watchExtended(var data):
            try data.visitFields(&visitor)
            self = .watchExtended(data)
        case .transaction(var data):
            try data.visitFields(&visitor)
            self = .transaction(data)
        case .node(var data):
            try data.visitFields(&visitor)
            self = .node(data)
        case .globalQuota(var data):
            try data.visitFields(&visitor)
            self = .globalQuota(data)
        case .domain(var data):
            try data.visitFields(&visitor)
            self = .domain(data)
        case .opaque(var data):
            try data.visitFields(&visitor)
            self = .opaque(data)
        }
    }

    /// One body for each branch of each record type's walk.
    public static var samples: [RecordBody] {
        GlobalData.samples.map(RecordBody.global) + ConnectionData.samples.map(RecordBody.connection)
            + WatchData.samples.map(RecordBody.watch) + WatchDataExtended.samples.map(RecordBody.watchExtended)
            + TransactionData.samples.map(RecordBody.transaction) + NodeData.samples.map(RecordBody.node)
            + GlobalQuotaData.samples.map(RecordBody.globalQuota) + DomainData.samples.map(RecordBody.domain)
            + [.opaque(OpaqueData(type: .end)), .opaque(OpaqueData(type: RecordType(rawValue: 99), body: [1, 2, 3]))]
    }
}
