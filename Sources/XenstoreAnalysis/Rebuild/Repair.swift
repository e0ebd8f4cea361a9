import XenstoreArchive
import XenstoreStream

/// Makes the records of an image consistent: every reference has its target, nothing occurs twice,
/// and every record comes after those it refers to.
///
/// A consistent image stays unchanged, record by record.
struct Repair {
    private(set) var records: EditableRecords
    var alterations: Alterations
    /// The number of the image's own records; added ones come after them.
    let originalCount: Int
    var isGone: [Bool]
    /// Whether to keep records that only the image's own layout and byte order can hold.
    private let keepsOpaque: Bool

    // Indices in `records`.
    var global: Int?
    var connections: [UInt32: Int] = [:]
    /// By domid; -1: none.
    var rings = Array(repeating: -1, count: 1 << 16)
    var transactions: [UInt64: Int] = [:]
    var paths: PathTable
    /// By the path's index in `paths`.
    var nodes: [Int] = []
    var pending: [Int] = []
    /// The index of the last connection; -1: none.
    private(set) var lastConnection = -1
    /// Whether every committed node comes after its parent.
    private(set) var hasParentsFirst = true
    private var domains: Set<UInt16> = []
    private var hasGlobalQuota = false
    /// Bytes left for the paths of added parents. One deep path has thousands of parents.
    private var roomForParents: Int
    /// conn-ids that are replaced by another one: 0, and those of a domain's additional rings.
    private var aliases: [UInt32: UInt32] = [:]

    private init(_ image: EditableImage, keepsOpaque: Bool, _ alterations: Alterations) {
        records = image.records
        originalCount = image.records.count
        roomForParents = max(1 << 20, image.arena.count)
        isGone = Array(repeating: false, count: image.records.count)
        paths = PathTable(bytes: image.arena)
        nodes.reserveCapacity(image.records.count)
        self.keepsOpaque = keepsOpaque
        self.alterations = alterations
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
        var repair = Repair(image, keepsOpaque: keepsOpaque, alterations)
        repair.settleConnections()
        repair.settleReferences()
        try repair.settleNodes()
        var order = RecordOrder(repair, movesTargets: movesTargets)
        image.records = order.run()
        alterations = order.alterations
    }

    mutating func add(_ record: RecordBody) -> Int {
        records.append(record)
        isGone.append(false)
        return records.count - 1
    }

    static func key(_ connID: UInt32, _ txID: UInt32) -> UInt64 {
        UInt64(connID) << 32 | UInt64(txID)
    }

    // MARK: Connections

    private mutating func settleConnections() {
        var free = UInt32(0)
        for (place, record) in records.enumerated() {
            guard case .connection(let data) = record else { continue }
            if data.kind == .unknown && !keepsOpaque {
                alterations.add(
                    .connectionType,
                    "connection \(data.connID) of conn-type \(data.connType), \(data.connSpec.count) bytes of conn-spec"
                )
                isGone[place] = true
            } else if data.kind == .ring && rings[Int(data.domid)] >= 0 {
                alterations.add(.duplicate, "another ring of domain \(data.domid), conn-id \(data.connID)")
                if connections[data.connID] == nil, case .connection(let first) = records[rings[Int(data.domid)]] {
                    aliases[data.connID] = first.connID
                }
                isGone[place] = true
            } else {
                keep(data, at: place, &free)
            }
        }
    }

    private mutating func keep(_ data: ConnectionData, at place: Int, _ free: inout UInt32) {
        var data = data
        let connID = data.connID
        if connID == 0 || connections[connID] != nil {
            if free == 0 {
                for case .connection(let other) in records { free = max(free, other.connID) }
            }
            repeat { free &+= 1 } while free == 0 || connections[free] != nil
            data.connID = free
            if connID == 0 && aliases[0] == nil { aliases[0] = free }
            alterations.add(.connID, "\(ConnectionNames.name(data)): conn-id \(connID) becomes \(free)")
            records[place] = .connection(data)
        }
        connections[data.connID] = place
        lastConnection = max(lastConnection, place)
        if data.kind == .ring { rings[Int(data.domid)] = place }
    }

    // MARK: References

    private mutating func settleReferences() {
        for (place, record) in records.enumerated() {
            switch record {
            case .node(let data):
                if data.isCommitted { continue }
                pending.append(place)
                settlePending(data, at: place)
            case .connection: break
            case .global(let data):
                if let before = global {
                    alterations.add(.duplicate, "GLOBAL_DATA with rw-socket-fd \(data.rwSocketFD), the last one stays")
                    records[before] = record
                    isGone[place] = true
                } else {
                    global = place
                }
            case .globalQuota:
                if hasGlobalQuota { drop(place, .duplicate, "another GLOBAL_QUOTA_DATA") }
                hasGlobalQuota = true
            case .domain(let data):
                if !domains.insert(data.domid).inserted {
                    drop(place, .duplicate, "another DOMAIN_DATA of domain \(data.domid)")
                }
            case .watch(var data):
                guard let connID = settled(data.connID) else {
                    drop(place, .noConnection, Self.watchName(data.token, data.wpath, data.connID))
                    continue
                }
                guard connID != data.connID else { continue }
                data.connID = connID
                records[place] = .watch(data)
            case .watchExtended(var data):
                guard let connID = settled(data.connID) else {
                    drop(place, .noConnection, Self.watchName(data.token, data.wpath, data.connID))
                    continue
                }
                guard connID != data.connID else { continue }
                data.connID = connID
                records[place] = .watchExtended(data)
            case .transaction(var data):
                guard let connID = settled(data.connID) else {
                    drop(place, .noConnection, "transaction \(data.txID), conn-id \(data.connID)")
                    continue
                }
                data.connID = connID
                records[place] = .transaction(data)
                let key = Self.key(connID, data.txID)
                if transactions[key] != nil {
                    drop(place, .duplicate, "another transaction \(data.txID) of connection \(connID)")
                } else {
                    transactions[key] = place
                }
            case .opaque(let data):
                if !keepsOpaque { drop(place, .unknownRecord, "\(data.type.name), \(data.body.count) bytes") }
            }
        }
        addTransactions()
    }

    private static func watchName(_ token: TerminatedString, _ wpath: TerminatedString, _ connID: UInt32) -> String {
        "the watch \(Escape.short(token.octets)) of \(Escape.short(wpath.octets)), conn-id \(connID)"
    }

    private mutating func drop(_ place: Int, _ kind: Alteration.Kind, _ message: @autoclosure () -> String) {
        alterations.add(kind, message())
        isGone[place] = true
    }

    /// The conn-id of the connection after the repair; nil if there is no such connection.
    private func settled(_ connID: UInt32) -> UInt32? {
        let connID = aliases[connID] ?? connID
        return connections[connID] == nil ? nil : connID
    }

    private mutating func settlePending(_ data: NodeData, at place: Int) {
        guard hasGoodPath(data, at: place) else { return }
        guard let connID = settled(data.connID) else {
            return drop(
                place, .noConnection,
                "\(Escape.short(data.path.octets)), pending in transaction \(data.txID), conn-id \(data.connID)")
        }
        guard connID != data.connID else { return }
        var data = data
        data.connID = connID
        records[place] = .node(data)
    }

    private mutating func addTransactions() {
        for place in pending where !isGone[place] {
            guard case .node(let data) = records[place] else { continue }
            let key = Self.key(data.connID, data.txID)
            guard transactions[key] == nil else { continue }
            let path = Escape.short(data.path.octets)
            alterations.add(
                .transaction, "transaction \(data.txID) of connection \(data.connID), in which \(path) is pending")
            transactions[key] = add(.transaction(TransactionData(connID: data.connID, txID: data.txID)))
        }
    }

    // MARK: Nodes

    private mutating func hasGoodPath(_ data: NodeData, at place: Int) -> Bool {
        if data.path.octets.first == 0x2F || data.path.octets.first == 0x40 { return true }
        drop(place, .badPath, "the node \(Escape.short(data.path.octets)) with \(data.value.count) bytes")
        return false
    }

    private mutating func settleNodes() throws {
        var orphans: [Int] = []
        var bare: Set<Int> = []
        var lastParent: Octets = []
        for place in 0..<originalCount {
            guard case .node(let data) = records[place], data.isCommitted, hasGoodPath(data, at: place) else {
                continue
            }
            let path = data.path.octets
            let (index, isNew) = paths.insert(path)
            if data.perms.isEmpty { bare.insert(isNew ? place : nodes[index]) }
            if isNew {
                nodes.append(place)
            } else {
                alterations.add(.duplicate, "another \(Escape.short(path)), the last one stays")
                records[nodes[index]] = records[place]
                isGone[place] = true
                continue
            }
            guard let parent = NodeTree.parent(of: path), !parent.hasSameBytes(as: lastParent) else { continue }
            if paths.index(of: parent) != nil { lastParent = parent } else { orphans.append(place) }
        }
        hasParentsFirst = orphans.isEmpty
        for place in orphans { try addParents(of: place) }
        // A later node with the same path may have replaced one without permissions.
        for place in bare.sorted() {
            if case .node(let data) = records[place], data.perms.isEmpty { addPerms(data, at: place) }
        }
    }

    /// Adds the missing parents of a node. An image of one domain may lack everything above its
    /// home.
    private mutating func addParents(of place: Int) throws {
        guard case .node(let data) = records[place] else { return }
        var missing: [Octets] = []
        var above = NodeTree.parent(of: data.path.octets)
        while let parent = above, paths.index(of: parent) == nil {
            missing.append(parent)
            above = NodeTree.parent(of: parent)
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
            _ = paths.insert(path)
            nodes.append(add(.node(NodeData(path: TerminatedString(path), value: [], perms: perms))))
        }
    }

    private func perms(of path: Octets?) -> [Permission] {
        if let index = path.flatMap({ paths.index(of: $0) }), case .node(let data) = records[nodes[index]],
            !data.perms.isEmpty
        {
            return data.perms
        }
        return [Permission(perm: 0x6E, domid: 0)]
    }

    private mutating func addPerms(_ data: NodeData, at place: Int) {
        var above = NodeTree.parent(of: data.path.octets)
        while let parent = above, paths.index(of: parent).map({ Self.hasNoPerms(records[nodes[$0]]) }) ?? true {
            above = NodeTree.parent(of: parent)
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
