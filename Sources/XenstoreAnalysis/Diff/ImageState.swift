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
    /// The records in stream order, without what is renumbered at each dump.
    private(set) var entries: [Entry] = []
    private(set) var index: [Key: Int] = [:]
    /// The quotas, which are compared one by one, not as records.
    private(set) var quotas: [Identity: UInt32] = [:]
    /// The unique-id of each domain that has one.
    private(set) var uniqueIDs: [UInt16: UInt64] = [:]
    /// What paired domains rename, by the index of the entry.
    private(set) var renamed: [Int: Renamed] = [:]

    /// What the fields of END do not explain.
    private(set) var endResidue: Residue?
    /// Whether a record has bytes that its fields do not explain.
    private(set) var hasResidues = false
    /// The number of committed paths that several records have.
    private(set) var repeatedPaths = 0

    /// A record to compare.
    struct Entry {
        var key: Key
        let body: RecordBody
        let residue: Residue?
        let place: Int
    }

    /// An entry in which the domids of paired domains are replaced by those of the other image; its
    /// key has these domids, too.
    struct Renamed {
        let body: RecordBody
        /// The identity with the domids of this image.
        var identity: Identity
        /// The attributes that name a domain that the other image cannot have under this domid.
        let foreignAttributes: Set<String>
    }

    private var connections: [UInt32: ConnectionIdentity] = [:]
    /// The same with the domids of this image, where domids are replaced.
    private var originalConnections: [UInt32: ConnectionIdentity] = [:]
    private let domains: DomainMapping
    private let isRenaming: Bool

    /// - Parameters:
    ///   - forEachItem: calls its argument for each record to compare, of one type or of all.
    ///   - other: the unique-ids in the other image; a domain with a different one is a different
    ///     domain.
    ///   - domains: the pairs of domains that are the same domain.
    ///   - isRenaming: whether to replace the domids of paired domains by those of the newer image.
    init(
        _ source: ImageSource, comparedWith other: [UInt16: UInt64] = [:], domains: DomainMapping = DomainMapping(),
        isRenaming: Bool = false, forEachItem: (RecordType?, (ImagePair.Item) throws -> Void) throws -> Void
    ) throws {
        self.domains = domains
        self.isRenaming = isRenaming
        header = source.header
        format = source.format
        try forEachItem(.connectionData) { item in
            if case .connection(let data) = item.body { note(data, other) }
        }
        var counts: [Identity: Int] = [:]
        try forEachItem(nil) { item in
            let body = item.body
            if body.type == .end { endResidue = item.residue }
            let new = isRenaming ? domains.renamed(body) : nil
            let isForeign = new?.isForeign ?? false
            if !isForeign { collectQuotas(new?.body ?? body) }
            guard let identity = identity(of: new?.body ?? body, connections) else { return }
            let key = enter(identity, isForeign: isForeign, &counts)
            if item.residue != nil { hasResidues = true }
            if isRenaming, let original = self.identity(of: body, originalConnections),
                new != nil || original != identity
            {
                renamed[entries.count] = Renamed(
                    body: normalized(new?.body ?? body), identity: original,
                    foreignAttributes: new?.foreignAttributes ?? [])
            }
            entries.append(Entry(key: key, body: normalized(body), residue: item.residue, place: item.place))
        }
    }

    /// Enters the next record into the index.
    private mutating func enter(_ identity: Identity, isForeign: Bool, _ counts: inout [Identity: Int]) -> Key {
        // A negative number matches no record of the other image.
        func number(_ count: Int) -> Int { isForeign ? -1 - count : count }
        var key = Key(identity: identity, occurrence: number(0))
        // Almost every identity occurs once, and needs no count.
        let earlier = index.updateValue(entries.count, forKey: key)
        if case .node(let path) = identity {
            if let earlier { replace(earlier, path, &counts, number) }
            return key
        }
        guard let earlier else { return key }
        index[key] = earlier
        let count = counts[identity, default: 1]
        counts[identity] = count + 1
        key = Key(identity: identity, occurrence: number(count))
        index[key] = entries.count
        return key
    }

    /// Makes an entry one that a later record with its path replaces.
    private mutating func replace(
        _ earlier: Int, _ path: Octets, _ counts: inout [Identity: Int], _ number: (Int) -> Int
    ) {
        let identity = Identity.replacedNode(path: path)
        let count = counts[identity, default: 0]
        counts[identity] = count + 1
        if count == 0 { repeatedPaths += 1 }
        entries[earlier].key = Key(identity: identity, occurrence: number(count))
        index[entries[earlier].key] = earlier
        if case .node(let path)? = renamed[earlier]?.identity {
            renamed[earlier]?.identity = .replacedNode(path: path)
        }
    }

    private mutating func note(_ data: ConnectionData, _ other: [UInt16: UInt64]) {
        switch data.kind {
        case .ring:
            // 0 means that the daemon did not know the id.
            let uniqueID = data.hasUniqueID && data.uniqueID != 0 ? data.uniqueID : nil
            guard let domid = isRenaming ? domains[data.domid] : data.domid else {
                connections[data.connID] = .ring(data.domid, 2)
                originalConnections[data.connID] = .ring(data.domid, 0)
                return
            }
            // Paired domains are the same domain, whatever their unique-ids.
            let isPaired = domains.renames(to: domid)
            if let uniqueID, !isPaired { uniqueIDs[domid] = uniqueID }
            let isAnother = uniqueID != nil && other[domid] != nil && other[domid] != uniqueID && !isPaired
            connections[data.connID] = .ring(domid, isAnother ? 1 : 0)
            if isRenaming { originalConnections[data.connID] = .ring(data.domid, 0) }
        case .socket: connections[data.connID] = .socket(data.socketFD)
        case .unknown: connections[data.connID] = .other(data.connType, data.connSpec)
        }
        if isRenaming && data.kind != .ring { originalConnections[data.connID] = connections[data.connID] }
    }

    private func identity(of body: RecordBody, _ connections: [UInt32: ConnectionIdentity]) -> Identity? {
        func connection(_ connID: UInt32) -> ConnectionIdentity { connections[connID] ?? .unknown(connID) }
        func watch(_ data: WatchData) -> Identity {
            .watch(connection(data.connID), path: data.wpath.octets, token: data.token.octets)
        }
        return switch body {
        case .global: .global
        case .connection(let data): .connection(connection(data.connID))
        case .watch(let data): watch(data)
        case .watchExtended(let data): watch(data.watch)
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
