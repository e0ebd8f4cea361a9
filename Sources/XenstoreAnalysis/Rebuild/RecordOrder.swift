import XenstoreStream

/// Orders records after those they refer to, and moves nothing else: a record that comes too late
/// is moved directly before the first record that refers to it.
struct RecordOrder {
    private let repair: Repair
    private let index: RecordIndex
    /// Indices in the repair's records.
    private var sorted: [Int] = []
    private var isPlaced: [Bool]
    /// Whether a record's references have been looked up, so that those not yet placed are on the
    /// stack.
    private var isOpen: [Bool]
    /// The parent of the last node, which is already placed. Most nodes follow a sibling.
    private var lastParent: Octets = []
    /// The first pending node of each transaction and path.
    private var pending: [TransactionKey: [Octets: Int]] = [:]

    private let movesTargets: Bool

    init(_ repair: Repair, movesTargets: Bool) {
        self.repair = repair
        index = repair.index
        self.movesTargets = movesTargets
        isPlaced = repair.isGone
        isOpen = repair.isGone
        for place in index.pending where !repair.isGone[place] {
            guard case .node(let data) = repair.records[place] else { continue }
            let key = TransactionKey(connID: data.connID, txID: data.txID)
            if pending[key]?[data.path.octets] == nil { pending[key, default: [:]][data.path.octets] = place }
        }
    }

    mutating func run(_ alterations: inout Alterations) -> EditableRecords {
        let inOrder = countInOrder()
        if inOrder == repair.records.count { return repair.records }
        sorted.reserveCapacity(repair.records.count)
        sorted += 0..<inOrder
        for place in inOrder..<repair.records.count where !isPlaced[place] { self.place(place, &alterations) }
        return repair.records.arranged(sorted)
    }

    /// The number of records at the beginning that are already in order. Usually these are all
    /// records, and then no copy is needed.
    private mutating func countInOrder() -> Int {
        for place in repair.records.indices {
            guard !isPlaced[place], isInOrder(place) else { return place }
            isPlaced[place] = true
        }
        return repair.records.count
    }

    private mutating func isInOrder(_ place: Int) -> Bool {
        // Such a node refers only to its parent and to rings, which come before it.
        if index.hasParentsFirst && place > index.lastConnection,
            repair.records.origin(place) != nil || repair.records.committedNode(place) != nil
        {
            return true
        }
        return references(of: place).allSatisfy { isPlaced[$0] }
    }

    private mutating func place(_ first: Int, _ alterations: inout Alterations) {
        let records = repair.records
        func name(_ place: Int) -> String { Self.name(records[place]) }
        var stack = [first]
        while let top = stack.last {
            if isPlaced[top] {
                stack.removeLast()
                continue
            }
            let missing = isOpen[top] ? [] : references(of: top).filter { !isPlaced[$0] }
            isOpen[top] = true
            // A record that is open but not placed refers directly or indirectly to this one.
            let next = missing.filter { !isOpen[$0] }
            if next.count < missing.count { alterations.add(.target, name(top)) }
            if next.isEmpty {
                stack.removeLast()
                isPlaced[top] = true
                sorted.append(top)
                if top != first && top < repair.originalCount {
                    alterations.add(.order, "\(name(top)), before \(name(first))")
                }
            } else {
                stack += next.reversed()
            }
        }
    }

    // MARK: References

    /// The indices of the records that must come before this one.
    private mutating func references(of place: Int) -> [Int] {
        switch repair.records[place] {
        case .node(let data): data.isCommitted ? nodeReferences(data) : pendingReferences(data)
        case .connection(let data): connectionReferences(data)
        case .watch, .watchExtended, .transaction:
            repair.records[place].connID.flatMap { index.connections[$0] }.map { [$0] } ?? []
        case .global, .globalQuota, .domain, .opaque: []
        }
    }

    /// A daemon exits at a ring before GLOBAL_DATA, drops a target that it does not know yet, and
    /// does not survive its next dump if a socket came before domain 0.
    private func connectionReferences(_ data: ConnectionData) -> [Int] {
        var references: [Int] = []
        switch data.kind {
        case .ring:
            if data.domid != 0, let global = index.global { references.append(global) }
            if movesTargets && data.tdomid != ConnectionData.noDomain {
                references.append(index.rings[Int(data.tdomid)])
            }
        case .socket: references.append(index.rings[0])
        case .unknown: break
        }
        return references.filter { $0 >= 0 && !isItself($0, data) }
    }

    private func isItself(_ place: Int, _ data: ConnectionData) -> Bool {
        if case .connection(let other) = repair.records[place] { other.connID == data.connID } else { false }
    }

    /// The parent, and the rings of all domains with a permission: a daemon marks the permissions
    /// of domains that it does not know yet as stale.
    private mutating func nodeReferences(_ data: NodeData) -> [Int] {
        var references: [Int] = []
        if let parent = Path.parent(of: data.path.octets), !parent.hasSameBytes(as: lastParent) {
            if let place = index.node(parent) {
                if isPlaced[place] { lastParent = parent } else { references.append(place) }
            }
        }
        addRings(of: data.perms, to: &references)
        return references
    }

    private func addRings(of perms: [Permission], to references: inout [Int]) {
        for entry in perms {
            let ring = index.rings[Int(entry.domid)]
            if ring >= 0 && !isPlaced[ring] && !references.contains(ring) { references.append(ring) }
        }
    }

    private func pendingReferences(_ data: NodeData) -> [Int] {
        let key = TransactionKey(connID: data.connID, txID: data.txID)
        var references: [Int] = []
        if let place = index.connections[data.connID] { references.append(place) }
        if let place = index.transactions[key] { references.append(place) }
        if let parent = Path.parent(of: data.path.octets), let place = index.node(parent) ?? pending[key]?[parent] {
            references.append(place)
        }
        addRings(of: data.perms, to: &references)
        return references
    }

    // MARK: Names

    private static func name(_ record: RecordBody) -> String {
        switch record {
        case .node(let data): Escape.short(data.path.octets)
        case .connection(let data): ConnectionNames.name(data)
        case .watch, .watchExtended: "the watch of \(Escape.short(record.watch?.wpath.octets ?? []))"
        case .transaction(let data): "transaction \(data.txID) of connection \(data.connID)"
        default: record.type.name
        }
    }
}
