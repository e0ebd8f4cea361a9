import XenstoreArchive
import XenstoreStream

/// An image's records by identity, for the comparison of two images.
struct ImageState {
    /// The identity by which a record is matched in another image. If several records have the same
    /// identity, their occurrence counts too.
    struct Key: Hashable {
        let identity: Identity
        let occurrence: Int
    }

    let header: Header?
    let format: StreamFormat
    let sha256: String
    /// The records in stream order, without what is renumbered at each dump.
    private(set) var entries: [(key: Key, body: RecordBody)] = []
    private(set) var index: [Key: Int] = [:]
    /// The quotas, which are compared one by one, not as records.
    private(set) var quotas: [Identity: UInt32] = [:]
    /// The unique-id of each domain that has one.
    private(set) var uniqueIDs: [UInt16: UInt64] = [:]

    private var connections: [UInt32: ConnectionIdentity] = [:]

    /// - Parameters:
    ///   - forEachRecord: calls its argument for each record to compare.
    ///   - other: the unique-ids in the other image; a domain with a different one is a different
    ///     domain.
    init(
        _ source: ImageSource, comparedWith other: [UInt16: UInt64] = [:],
        forEachRecord: ((RecordBody) throws -> Void) throws -> Void
    ) throws {
        header = source.header
        format = source.format
        sha256 = source.sha256
        try forEachRecord { body in
            if case .connection(let data) = body { note(data, other) }
        }
        var counts: [Identity: Int] = [:]
        try forEachRecord { body in
            collectQuotas(body)
            guard let identity = identity(of: body) else { return }
            let occurrence = counts[identity, default: 0]
            counts[identity] = occurrence + 1
            let key = Key(identity: identity, occurrence: occurrence)
            index[key] = entries.count
            entries.append((key, normalized(body)))
        }
    }

    private mutating func note(_ data: ConnectionData, _ other: [UInt16: UInt64]) {
        switch data.kind {
        case .ring:
            // 0 means that the daemon did not know the id.
            let uniqueID = data.hasUniqueID && data.uniqueID != 0 ? data.uniqueID : nil
            if let uniqueID { uniqueIDs[data.domid] = uniqueID }
            let isAnother = uniqueID != nil && other[data.domid] != nil && other[data.domid] != uniqueID
            connections[data.connID] = .ring(data.domid, isAnother ? 1 : 0)
        case .socket: connections[data.connID] = .socket(data.socketFD)
        case .unknown: connections[data.connID] = .other(data.connType, data.connSpec)
        }
    }

    func connection(_ connID: UInt32) -> ConnectionIdentity {
        connections[connID] ?? .unknown(connID)
    }

    private func identity(of body: RecordBody) -> Identity? {
        switch body {
        case .global: .global
        case .connection(let data): .connection(connection(data.connID))
        case .watch(let data): watchIdentity(data)
        case .watchExtended(let data): watchIdentity(data.watch)
        case .transaction(let data): .transaction(connection(data.connID), txID: data.txID)
        case .node(let data) where data.isCommitted: .node(path: data.path.octets)
        case .node(let data): .pendingNode(connection(data.connID), txID: data.txID, path: data.path.octets)
        case .globalQuota: nil
        case .domain(let data): .domain(data.domid)
        // What a TDB file has between its nodes changes with every write.
        case .opaque(let data) where data.type == .textLine && format.layout == .tdb: nil
        case .opaque(let data): data.type == .end && data.body.isEmpty ? nil : .record(type: data.type.rawValue)
        }
    }

    private func watchIdentity(_ data: WatchData) -> Identity {
        .watch(connection(data.connID), path: data.wpath.octets, token: data.token.octets)
    }

    private mutating func collectQuotas(_ body: RecordBody) {
        switch body {
        case .globalQuota(let data):
            for (position, quota) in data.quotas.enumerated() {
                let scope = position < Int(data.domQuotaCount) ? QuotaScope.domainDefault : .host
                quotas[.quota(scope: scope, name: quota.name)] = quota.value
            }
        case .domain(let data):
            for quota in data.quotas { quotas[.quota(scope: .domain(data.domid), name: quota.name)] = quota.value }
        default: break
        }
    }

    /// The record without its conn-id, and a domain without its quotas, which are compared
    /// separately.
    private func normalized(_ body: RecordBody) -> RecordBody {
        if case .domain(var data) = body {
            data.quotas = []
            return .domain(data)
        }
        guard let connID = body.connID, connID != 0 else { return body }
        var body = body
        body.connID = 0
        return body
    }
}
