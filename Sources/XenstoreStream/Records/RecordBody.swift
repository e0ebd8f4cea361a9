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
    package init<Visitor: FieldVisitor>(type: RecordType, from visitor: inout Visitor) throws(Visitor.Failure) {
        // Most records are nodes: a node is filled in place, not taken out of the body and put
        // back.
        if type == .nodeData {
            var node = NodeData()
            try node.visitFields(&visitor)
            self = .node(node)
        } else {
            self.init(type: type)
            try visitFields(&visitor)
        }
    }

    /// The record's type.
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

    /// The conn-id of the connection that the record describes or belongs to: 0 in a committed
    /// node. Nil if the type has none.
    ///
    /// Setting it changes only a record whose type has one.
    public var connID: UInt32? {
        get {
            switch self {
            case .connection(let data): data.connID
            case .watch(let data): data.connID
            case .watchExtended(let data): data.connID
            case .transaction(let data): data.connID
            case .node(let data): data.connID
            case .global, .globalQuota, .domain, .opaque: nil
            }
        }
        set {
            guard let newValue else { return }
            switch self {
            case .connection(var data):
                data.connID = newValue
                self = .connection(data)
            case .watch(var data):
                data.connID = newValue
                self = .watch(data)
            case .watchExtended(var data):
                data.connID = newValue
                self = .watchExtended(data)
            case .transaction(var data):
                data.connID = newValue
                self = .transaction(data)
            case .node(var data):
                data.connID = newValue
                self = .node(data)
            case .global, .globalQuota, .domain, .opaque: break
            }
        }
    }

    /// The path of a node or a watch; nil for other records.
    package var path: Octets? {
        switch self {
        case .node(let data): data.path.octets
        case .watch(let data): data.wpath.octets
        case .watchExtended(let data): data.wpath.octets
        default: nil
        }
    }

    /// The connection, path and token of a watch of either type; nil if the record is not a watch.
    public var watch: WatchData? {
        switch self {
        case .watch(let data): data
        case .watchExtended(let data): data.watch
        default: nil
        }
    }

    /// How many bytes `len` counts that are not there.
    package var phantomOctets: Int {
        if case .watchExtended(let data) = self, !data.hasDepth { 4 } else { 0 }
    }

    /// Walks over the fields of the record, whatever its type.
    @inlinable
    package mutating func visitFields<Visitor: FieldVisitor>(_ visitor: inout Visitor) throws(Visitor.Failure) {
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
    package static var samples: [RecordBody] {
        GlobalData.samples.map(RecordBody.global) + ConnectionData.samples.map(RecordBody.connection)
            + WatchData.samples.map(RecordBody.watch) + WatchDataExtended.samples.map(RecordBody.watchExtended)
            + TransactionData.samples.map(RecordBody.transaction) + NodeData.samples.map(RecordBody.node)
            + GlobalQuotaData.samples.map(RecordBody.globalQuota) + DomainData.samples.map(RecordBody.domain)
            + [.opaque(OpaqueData(type: .end)), .opaque(OpaqueData(type: RecordType(rawValue: 99), body: [1, 2, 3]))]
    }
}
