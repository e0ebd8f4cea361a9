/// What records say of each other: connections, parents, owners.
struct StructureRules {
    private var connections: Set<UInt32> = []
    private var rings: Set<UInt16> = []
    private var domains: Set<UInt16> = []
    private var transactions: Set<UInt64> = []
    private var paths: Set<PathKey> = []
    private var hasGlobal = false
    private var hasGlobalQuota = false
    /// References to what has not been seen yet: at the end it is late, or missing.
    private var orphans: [Reference<PathKey>] = []
    private var strangers: [Reference<UInt32>] = []
    private var targets: [Reference<UInt16>] = []
    private var owners: [UInt16: Reference<UInt16>] = [:]

    private struct Reference<Target> {
        let target: Target
        let record: Int
        let offset: Int
        let name: Octets
    }

    /// A path, hashed as one run of bytes.
    private struct PathKey: Hashable {
        let octets: Octets

        func hash(into hasher: inout Hasher) {
            octets.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    mutating func add(_ record: Record, _ list: inout FindingList) {
        switch record.body {
        case .global:
            if hasGlobal { list.add(.repeatedRecord, record: record.number, offset: record.offset, "a further GLOBAL_DATA") }
            hasGlobal = true
        case .globalQuota:
            if hasGlobalQuota { list.add(.repeatedRecord, record: record.number, offset: record.offset, "a further GLOBAL_QUOTA_DATA") }
            hasGlobalQuota = true
        case .connection(let data): connection(data, record, &list)
        case .watch(let data): refer(to: data.connID, record, data.wpath.octets)
        case .watchExtended(let data): refer(to: data.connID, record, data.wpath.octets)
        case .transaction(let data):
            refer(to: data.connID, record, [])
            transactions.insert(UInt64(data.connID) << 32 | UInt64(data.txID))
        case .node(let data):
            if data.isCommitted { committed(data, record, &list) } else { pending(data, record, &list) }
        case .domain(let data):
            if !domains.insert(data.domid).inserted {
                list.add(.duplicateDomain, record: record.number, offset: record.offset, "a further DOMAIN_DATA of domain \(data.domid)")
            }
        case .opaque: break
        }
    }

    private mutating func connection(_ data: ConnectionData, _ record: Record, _ list: inout FindingList) {
        if !connections.insert(data.connID).inserted {
            list.add(.duplicateConnection, record: record.number, offset: record.offset + 8, "conn-id \(data.connID) again")
        }
        guard data.kind == .ring else { return }
        if !rings.insert(data.domid).inserted {
            list.add(.duplicateDomain, record: record.number, offset: record.offset, "a further ring of domain \(data.domid)")
        }
        if data.tdomid != ConnectionData.noDomain && !rings.contains(data.tdomid) {
            targets.append(Reference(target: data.tdomid, record: record.number, offset: record.offset, name: []))
        }
    }

    private mutating func refer(to connID: UInt32, _ record: Record, _ name: Octets) {
        guard !connections.contains(connID) else { return }
        strangers.append(Reference(target: connID, record: record.number, offset: record.offset, name: name))
    }

    private mutating func pending(_ data: NodeData, _ record: Record, _ list: inout FindingList) {
        refer(to: data.connID, record, data.path.octets)
        if !transactions.contains(UInt64(data.connID) << 32 | UInt64(data.txID)) {
            list.add(
                .unknownTransaction, record: record.number, offset: record.offset,
                "\(Escape.short(data.path.octets)) is pending in transaction \(data.txID) of connection \(data.connID)")
        }
    }

    private mutating func committed(_ data: NodeData, _ record: Record, _ list: inout FindingList) {
        let path = data.path.octets
        if !paths.insert(PathKey(octets: path)).inserted {
            list.add(.duplicateNode, record: record.number, offset: record.offset, "\(Escape.short(path)) again")
        }
        if let parent = Self.parent(of: path), !paths.contains(PathKey(octets: parent)) {
            orphans.append(Reference(target: PathKey(octets: parent), record: record.number, offset: record.offset, name: path))
        }
        if let owner = data.perms.first, owners[owner.domid] == nil, !owner.isStale {
            owners[owner.domid] = Reference(target: owner.domid, record: record.number, offset: record.offset, name: path)
        }
    }

    /// The path of the parent; nil for the root and for special nodes, which have none.
    static func parent(of path: Octets) -> Octets? {
        guard path.count > 1, path.first == 0x2F, let slash = path.lastIndex(of: 0x2F) else { return nil }
        return slash == path.startIndex ? path.prefix(1) : path[path.startIndex..<slash]
    }

    mutating func finish(_ list: inout FindingList) {
        for orphan in orphans {
            let isLate = paths.contains(orphan.target)
            list.add(
                isLate ? .lateParent : .missingParent, record: orphan.record, offset: orphan.offset,
                "\(Escape.short(orphan.name)) stands " + (isLate ? "before its parent" : "without its parent"))
        }
        for stranger in strangers {
            let isLate = connections.contains(stranger.target)
            list.add(
                isLate ? .lateConnection : .unknownConnection, record: stranger.record, offset: stranger.offset,
                "conn-id \(stranger.target) " + (isLate ? "is of a later connection" : "is of no connection")
                    + (stranger.name.isEmpty ? "" : ": \(Escape.short(stranger.name))"))
        }
        for target in targets {
            let isLate = rings.contains(target.target)
            list.add(
                .unknownTarget, record: target.record, offset: target.offset,
                "the target domain \(target.target) " + (isLate ? "has its connection later" : "has no connection")
                    + ": a daemon that restores this loses the target silently")
        }
        // An image without domain 0's connection is one migrating domain's: the other owners live elsewhere.
        guard rings.contains(0) else { return }
        for (domid, owner) in owners.sorted(by: { $0.value.record < $1.value.record }) where !rings.contains(domid) {
            list.add(
                .ownerWithoutConnection, record: owner.record, offset: owner.offset,
                "\(Escape.short(owner.name)) is the first node that belongs to domain \(domid), which has no connection")
        }
    }
}
