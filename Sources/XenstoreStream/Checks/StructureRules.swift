/// The rules about references between records: connections, parents, owners.
struct StructureRules {
    private var connections: Set<UInt32> = []
    private var rings: Set<UInt16> = []
    private var domains: Set<UInt16> = []
    private var transactions: Set<TransactionKey> = []
    /// By index in the path table, whether a committed node has the path; no node has a path of a
    /// later index.
    private var isNode: [Bool] = []
    /// The parent of the last node, if it is a node: most nodes follow a sibling.
    private var lastParent: Octets = []
    private var hasGlobal = false
    private var hasGlobalQuota = false
    /// References to what has not come yet: at the end it is late or missing.
    private var orphans: [Reference<Octets>] = []
    private var strangers: [Reference<UInt32>] = []
    private var targets: [Reference<UInt16>] = []
    private var owners: [UInt16: Reference<UInt16>] = [:]

    private struct Reference<Target> {
        let target: Target
        let record: Int
        let offset: Int
        let name: Octets
    }

    private let needsParents: Bool
    private let needsOrder: Bool
    private let needsConnections: Bool

    /// - Parameter layout: the image's, which says what is odd if it is missing.
    init(_ layout: Layout) {
        // A listing may show a part of the tree, and never has the root.
        needsParents = !layout.isPartial
        needsOrder = !layout.isOfDatabase
        needsConnections = !layout.hasOnlyNodes
    }

    /// Records that the path is a committed node's.
    /// - Returns: whether it already was.
    private mutating func markNode(_ index: PathTable.Index) -> Bool {
        while index >= isNode.count { isNode.append(false) }
        if isNode[index] { return true }
        isNode[index] = true
        return false
    }

    private func isNode(_ path: Octets, _ paths: PathTable) -> Bool {
        paths.index(of: path).map { $0 < isNode.count && isNode[$0] } ?? false
    }

    /// Adds a node.
    mutating func add(
        _ node: NodeData, _ record: Record, _ index: PathTable.Index, _ paths: PathTable, _ list: inout FindingList
    ) {
        if node.isCommitted {
            committed(
                node.path.octets, index, owner: node.perms.first, number: record.number, offset: record.offset, paths,
                &list)
        } else {
            pending(node, record, &list)
        }
    }

    /// Adds any record except a node.
    mutating func add(_ record: Record, _ list: inout FindingList) {
        switch record.body {
        case .global:
            if hasGlobal {
                list.add(.repeatedRecord, at: record, "another GLOBAL_DATA")
            }
            hasGlobal = true
        case .globalQuota:
            if hasGlobalQuota {
                list.add(.repeatedRecord, at: record, "another GLOBAL_QUOTA_DATA")
            }
            hasGlobalQuota = true
        case .connection(let data): connection(data, record, &list)
        case .watch(let data): watch(data, record)
        case .watchExtended(let data): watch(data.watch, record)
        case .transaction(let data):
            refer(to: data.connID, record, [])
            transactions.insert(TransactionKey(connID: data.connID, txID: data.txID))
        case .node: break
        case .domain(let data):
            if !domains.insert(data.domid).inserted {
                list.add(
                    .duplicateDomain, at: record,
                    "another DOMAIN_DATA of domain \(data.domid)")
            }
        case .opaque: break
        }
    }

    private mutating func connection(_ data: ConnectionData, _ record: Record, _ list: inout FindingList) {
        if !connections.insert(data.connID).inserted {
            list.add(
                .duplicateConnection, at: record, byte: 8,
                "conn-id \(data.connID) occurs again")
        }
        guard data.kind == .ring else { return }
        if !rings.insert(data.domid).inserted {
            list.add(
                .duplicateDomain, at: record, "another ring of domain \(data.domid)"
            )
        }
        if data.tdomid != ConnectionData.noDomain && !rings.contains(data.tdomid) {
            targets.append(Reference(target: data.tdomid, record: record.number, offset: record.offset, name: []))
        }
    }

    private mutating func watch(_ data: WatchData, _ record: Record) {
        refer(to: data.connID, record, data.wpath.octets)
    }

    private mutating func refer(to connID: UInt32, _ record: Record, _ name: Octets) {
        guard !connections.contains(connID) else { return }
        strangers.append(Reference(target: connID, record: record.number, offset: record.offset, name: name))
    }

    private mutating func pending(_ data: NodeData, _ record: Record, _ list: inout FindingList) {
        guard needsConnections else { return }
        refer(to: data.connID, record, data.path.octets)
        if !transactions.contains(TransactionKey(connID: data.connID, txID: data.txID)) {
            list.add(
                .unknownTransaction, at: record,
                "\(Escape.short(data.path.octets)) is pending in transaction \(data.txID) of connection \(data.connID)")
        }
    }

    /// Adds a committed node if nothing about it needs a slice of its path or a search for its
    /// parent: it is new, follows a sibling, and its owner has been seen. Almost every node is so.
    /// - Returns: whether the node has been added.
    mutating func addOrdinary(
        _ path: UnsafeRawBufferPointer, _ index: PathTable.Index, owner: Permission?
    ) -> Bool {
        if index < isNode.count && isNode[index] { return false }
        if let owner, owners[owner.domid] == nil, !owner.isStale { return false }
        guard !needsParents || (!lastParent.isEmpty && Path.isChild(path, of: lastParent)) else { return false }
        return !markNode(index)
    }

    /// Adds a committed node.
    mutating func committed(
        _ path: Octets, _ index: PathTable.Index, owner: Permission?, number: Int, offset: Int, _ paths: PathTable,
        _ list: inout FindingList
    ) {
        if markNode(index) {
            list.add(.duplicateNode, record: number, offset: offset, "\(Escape.short(path)) occurs again")
        }
        if needsParents, !Path.isChild(path, of: lastParent), let parent = Path.parent(of: path) {
            if isNode(parent, paths) {
                lastParent = parent
            } else {
                orphans.append(Reference(target: parent, record: number, offset: offset, name: path))
            }
        }
        if let owner, owners[owner.domid] == nil, !owner.isStale {
            owners[owner.domid] = Reference(target: owner.domid, record: number, offset: offset, name: path)
        }
    }

    mutating func finish(_ paths: PathTable, _ list: inout FindingList) {
        for orphan in orphans {
            let isLate = isNode(orphan.target, paths)
            if isLate && !needsOrder { continue }
            list.add(
                isLate ? .lateParent : .missingParent, record: orphan.record, offset: orphan.offset,
                "\(Escape.short(orphan.name)) " + (isLate ? "comes before its parent" : "has no parent"))
        }
        for stranger in strangers {
            let isLate = connections.contains(stranger.target)
            list.add(
                isLate ? .lateConnection : .unknownConnection, record: stranger.record, offset: stranger.offset,
                "conn-id \(stranger.target) " + (isLate ? "belongs to a later connection" : "belongs to no connection")
                    + (stranger.name.isEmpty ? "" : ": \(Escape.short(stranger.name))"))
        }
        for target in targets {
            let isLate = rings.contains(target.target)
            list.add(
                .unknownTarget, record: target.record, offset: target.offset,
                "the target domain \(target.target) " + (isLate ? "gets its connection later" : "has no connection")
                    + ": a daemon that restores this loses the target silently")
        }
        // An image without domain 0's connection is that of one migrating domain: the other owners
        // are elsewhere.
        guard rings.contains(0) else { return }
        for (domid, owner) in owners.sorted(by: { $0.value.record < $1.value.record }) where !rings.contains(domid) {
            list.add(
                .ownerWithoutConnection, record: owner.record, offset: owner.offset,
                "\(Escape.short(owner.name)) is the first node that belongs to domain \(domid), which has no connection"
            )
        }
    }
}
