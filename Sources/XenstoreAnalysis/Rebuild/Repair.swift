import XenstoreArchive
import XenstoreStream

/// Makes the records of an image consistent: every reference has its target, nothing occurs twice,
/// and every record comes after those it refers to.
///
/// A consistent image stays unchanged, record by record.
struct Repair {
    private(set) var records: EditableRecords
    private(set) var index: RecordIndex
    /// The number of the image's own records; added ones come after them.
    let originalCount: Int
    private(set) var isGone: [Bool]
    /// Whether to keep records that only the image's own layout and byte order can hold.
    private let keepsOpaque: Bool
    private var domains: Set<UInt16> = []
    private var hasGlobalQuota = false
    /// Bytes left for the paths of added parents. One deep path has thousands of parents.
    private var roomForParents: Int
    /// conn-ids that are replaced by another one: 0, and those of a domain's additional rings.
    private var aliases: [UInt32: UInt32] = [:]

    private init(_ image: EditableImage, keepsOpaque: Bool) {
        records = image.records
        originalCount = image.records.count
        roomForParents = max(1 << 20, image.arena.count)
        isGone = Array(repeating: false, count: image.records.count)
        index = RecordIndex(image)
        self.keepsOpaque = keepsOpaque
    }

    /// - Parameters:
    ///   - keepsOpaque: whether to keep records that only the image's own layout and byte order can
    ///     hold.
    ///   - movesTargets: whether to move a target's ring before its user's, which no document
    ///     requires.
    /// - Throws: `ArchiveError` if so many parents are missing that adding them would more than
    ///   double the image.
    static func run(
        _ image: inout EditableImage, keepsOpaque: Bool, movesTargets: Bool = true, _ alterations: inout Alterations
    ) throws {
        var repair = Repair(image, keepsOpaque: keepsOpaque)
        repair.settleConnections(&alterations)
        repair.settleReferences(&alterations)
        try repair.settleNodes(&alterations)
        var order = RecordOrder(repair, movesTargets: movesTargets)
        image.records = order.run(&alterations)
    }

    private mutating func add(_ record: RecordBody) -> Int {
        records.append(record)
        isGone.append(false)
        return records.count - 1
    }

    // MARK: Connections

    private mutating func settleConnections(_ alterations: inout Alterations) {
        var free = UInt32(0)
        // A record with an origin is a node.
        for place in records.indices where records.origin(place) == nil {
            guard case .connection(let data) = records[place] else { continue }
            if data.kind == .unknown && !keepsOpaque {
                alterations.add(
                    .connectionType,
                    "connection \(data.connID) of conn-type \(data.connType), \(data.connSpec.count) bytes of conn-spec"
                )
                isGone[place] = true
            } else if data.kind == .ring && index.rings[Int(data.domid)] >= 0 {
                alterations.add(.duplicate, "another ring of domain \(data.domid), conn-id \(data.connID)")
                if index.connections[data.connID] == nil,
                    case .connection(let first) = records[index.rings[Int(data.domid)]]
                {
                    aliases[data.connID] = first.connID
                }
                isGone[place] = true
            } else {
                keep(data, at: place, &free, &alterations)
            }
        }
    }

    private mutating func keep(
        _ data: ConnectionData, at place: Int, _ free: inout UInt32, _ alterations: inout Alterations
    ) {
        var data = data
        let connID = data.connID
        if connID == 0 || index.connections[connID] != nil {
            if free == 0 {
                for case .connection(let other) in records { free = max(free, other.connID) }
            }
            repeat { free &+= 1 } while free == 0 || index.connections[free] != nil
            data.connID = free
            if connID == 0 && aliases[0] == nil { aliases[0] = free }
            alterations.add(.connID, "\(ConnectionNames.name(data)): conn-id \(connID) becomes \(free)")
            records[place] = .connection(data)
        }
        index.connections[data.connID] = place
        index.lastConnection = max(index.lastConnection, place)
        if data.kind == .ring { index.rings[Int(data.domid)] = place }
    }

    // MARK: References

    private mutating func settleReferences(_ alterations: inout Alterations) {
        for place in records.indices where records.origin(place) == nil {
            let record = records[place]
            switch record {
            case .node(let data):
                if data.isCommitted { continue }
                index.pending.append(place)
                settlePending(data, at: place, &alterations)
            case .connection: break
            case .global(let data):
                if let before = index.global {
                    alterations.add(.duplicate, "GLOBAL_DATA with rw-socket-fd \(data.rwSocketFD), the last one stays")
                    records[before] = record
                    isGone[place] = true
                } else {
                    index.global = place
                }
            case .globalQuota:
                if hasGlobalQuota { drop(place, .duplicate, "another GLOBAL_QUOTA_DATA", &alterations) }
                hasGlobalQuota = true
            case .domain(let data):
                if !domains.insert(data.domid).inserted {
                    drop(place, .duplicate, "another DOMAIN_DATA of domain \(data.domid)", &alterations)
                }
            case .watch(let data): settle(data, at: place, &alterations)
            case .watchExtended(let data): settle(data.watch, at: place, &alterations)
            case .transaction(var data):
                guard let connID = settled(data.connID) else {
                    drop(place, .noConnection, "transaction \(data.txID), conn-id \(data.connID)", &alterations)
                    continue
                }
                data.connID = connID
                records[place] = .transaction(data)
                let key = TransactionKey(connID: connID, txID: data.txID)
                if index.transactions[key] != nil {
                    drop(place, .duplicate, "another transaction \(data.txID) of connection \(connID)", &alterations)
                } else {
                    index.transactions[key] = place
                }
            case .opaque(let data):
                if !keepsOpaque {
                    drop(place, .unknownRecord, "\(data.type.name), \(data.body.count) bytes", &alterations)
                }
            }
        }
        addTransactions(&alterations)
    }

    private mutating func drop(
        _ place: Int, _ kind: Alteration.Kind, _ message: @autoclosure () -> String, _ alterations: inout Alterations
    ) {
        alterations.add(kind, message())
        isGone[place] = true
    }

    /// The conn-id of the connection after the repair; nil if there is no such connection.
    private func settled(_ connID: UInt32) -> UInt32? {
        let connID = aliases[connID] ?? connID
        return index.connections[connID] == nil ? nil : connID
    }

    private mutating func settle(_ data: WatchData, at place: Int, _ alterations: inout Alterations) {
        guard let connID = settled(data.connID) else {
            return drop(
                place, .noConnection,
                "the watch \(Escape.short(data.token.octets)) of \(Escape.short(data.wpath.octets)), "
                    + "conn-id \(data.connID)",
                &alterations)
        }
        if connID != data.connID { records[place].connID = connID }
    }

    private mutating func settlePending(_ data: NodeData, at place: Int, _ alterations: inout Alterations) {
        guard hasGoodPath(data.path.octets, at: place, &alterations) else { return }
        guard let connID = settled(data.connID) else {
            return drop(
                place, .noConnection,
                "\(Escape.short(data.path.octets)), pending in transaction \(data.txID), conn-id \(data.connID)",
                &alterations)
        }
        guard connID != data.connID else { return }
        var data = data
        data.connID = connID
        records[place] = .node(data)
    }

    private mutating func addTransactions(_ alterations: inout Alterations) {
        for place in index.pending where !isGone[place] {
            guard case .node(let data) = records[place] else { continue }
            let key = TransactionKey(connID: data.connID, txID: data.txID)
            guard index.transactions[key] == nil else { continue }
            alterations.add(
                .transaction,
                "transaction \(data.txID) of connection \(data.connID), in which \(Escape.short(data.path.octets)) "
                    + "is pending"
            )
            index.transactions[key] = add(.transaction(TransactionData(connID: data.connID, txID: data.txID)))
        }
    }

    // MARK: Nodes

    private mutating func hasGoodPath(
        _ path: Octets, at place: Int, _ alterations: inout Alterations
    ) -> Bool {
        if Path.isFixed(path) { return true }
        let count = if case .node(let data) = records[place] { data.value.count } else { 0 }
        drop(place, .badPath, "the node \(Escape.short(path)) with \(count) bytes", &alterations)
        return false
    }

    private mutating func settleNodes(_ alterations: inout Alterations) throws {
        var orphans: [Int] = []
        var bare: Set<Int> = []
        var lastParent: Octets = []
        for place in 0..<originalCount {
            guard let (path, hasPerms) = records.committedNode(place), hasGoodPath(path, at: place, &alterations)
            else { continue }
            let (entry, isNew) = index.paths.insert(path.indices)
            if !hasPerms { bare.insert(isNew ? place : index.nodes[entry]) }
            if isNew {
                index.nodes.append(place)
            } else {
                alterations.add(.duplicate, "another \(Escape.short(path)), the last one stays")
                records[index.nodes[entry]] = records[place]
                isGone[place] = true
                continue
            }
            guard !Path.isChild(path, of: lastParent), let parent = Path.parent(of: path) else { continue }
            if index.paths.index(of: parent) != nil { lastParent = parent } else { orphans.append(place) }
        }
        index.hasParentsFirst = orphans.isEmpty
        for place in orphans { try addParents(of: place, &alterations) }
        // A later node with the same path may have replaced one without permissions.
        for place in bare.sorted() {
            if case .node(let data) = records[place], data.perms.isEmpty { addPerms(data, at: place, &alterations) }
        }
    }

    /// Adds the missing parents of a node. An image of one domain may lack everything above its
    /// home.
    private mutating func addParents(of place: Int, _ alterations: inout Alterations) throws {
        guard case .node(let data) = records[place] else { return }
        var missing: [Octets] = []
        var above = Path.parent(of: data.path.octets)
        while let parent = above, index.paths.index(of: parent) == nil {
            missing.append(parent)
            above = Path.parent(of: parent)
        }
        let perms = perms(of: above)
        for path in missing.reversed() {
            guard path.count <= roomForParents else {
                throw ArchiveError(
                    .badImage,
                    "too many nodes lack their parents (\(Escape.short(data.path.octets)) is one): adding these "
                        + "would more than double the image; "
                        + "select a part, or remove those nodes")
            }
            roomForParents -= path.count
            alterations.add(.parent, "\(Escape.short(path)) is added, for \(Escape.short(data.path.octets))")
            _ = index.paths.insert(path)
            index.nodes.append(add(.node(NodeData(path: TerminatedString(path), value: [], perms: perms))))
        }
    }

    private func perms(of path: Octets?) -> [Permission] {
        if let place = path.flatMap({ index.node($0) }), case .node(let data) = records[place],
            !data.perms.isEmpty
        {
            return data.perms
        }
        return [Permission(perm: ASCII.n, domid: 0)]
    }

    private mutating func addPerms(_ data: NodeData, at place: Int, _ alterations: inout Alterations) {
        var above = Path.parent(of: data.path.octets)
        while let parent = above, index.node(parent).map({ Self.hasNoPerms(records[$0]) }) ?? true {
            above = Path.parent(of: parent)
        }
        var data = data
        data.perms = perms(of: above)
        alterations.add(.perms, "\(Escape.short(data.path.octets)) gets \(PermissionList.text(data.perms))")
        records[place] = .node(data)
    }

    private static func hasNoPerms(_ record: RecordBody) -> Bool {
        if case .node(let data) = record { data.perms.isEmpty } else { true }
    }
}
