import XenstoreArchive
import XenstoreStream

/// Finds the records that selections keep.
struct SelectionWalk {
    private let image: EditableImage
    private let domids: Set<UInt16>
    private let homes: [Octets]
    private let subtrees: [Octets]
    private var isKept: [Bool]
    /// conn-ids of connections that are kept completely, and of those that are needed bare.
    private var whole: Set<UInt32> = []
    private var needed: Set<UInt32> = []
    private var connections: [UInt32: ConnectionData] = [:]
    private var rings: [UInt16: UInt32] = [:]
    /// The selections that select something.
    private var found: Set<Selection> = []
    private let selections: [Selection]

    init(_ image: EditableImage, _ selections: [Selection]) {
        self.image = image
        self.selections = selections
        isKept = Array(repeating: false, count: image.records.count)
        domids = Set(selections.compactMap { if case .domain(let domid) = $0 { domid } else { nil } })
        subtrees = selections.compactMap { if case .subtree(let path) = $0 { path } else { nil } }
        homes = domids.map(Self.home)
        for case .connection(let data) in image.records {
            if connections[data.connID] == nil { connections[data.connID] = data }
            guard data.kind == .ring else { continue }
            if rings[data.domid] == nil { rings[data.domid] = data.connID }
            if domids.contains(data.domid) { whole.insert(data.connID) }
        }
    }

    private static func home(_ domid: UInt16) -> Octets {
        Octets("/local/domain/\(domid)".utf8)
    }

    // MARK: Selected records

    mutating func markWanted() {
        for (place, record) in image.records.enumerated() {
            switch record {
            case .global: isKept[place] = true
            case .globalQuota, .opaque: break
            case .connection(let data):
                isKept[place] = whole.contains(data.connID)
                if data.kind == .ring && domids.contains(data.domid) { found.insert(.domain(data.domid)) }
            case .watch(let data): isKept[place] = wantsWatch(data.connID, data.wpath.octets)
            case .watchExtended(let data): isKept[place] = wantsWatch(data.connID, data.wpath.octets)
            case .transaction(let data): isKept[place] = whole.contains(data.connID)
            case .domain(let data):
                isKept[place] = domids.contains(data.domid)
                if isKept[place] { found.insert(.domain(data.domid)) }
            case .node(let data): isKept[place] = wantsNode(data)
            }
        }
    }

    private mutating func wantsNode(_ data: NodeData) -> Bool {
        let path = data.path.octets
        var isWanted = !data.isCommitted && whole.contains(data.connID)
        if let top = subtrees.first(where: { Path.isAtOrBelow(path, $0) }) {
            found.insert(.subtree(top))
            isWanted = true
        }
        guard !domids.isEmpty, data.isCommitted else { return isWanted }
        if let owner = data.perms.first, !owner.isStale, domids.contains(owner.domid) {
            found.insert(.domain(owner.domid))
            isWanted = true
        }
        if let index = homes.firstIndex(where: { Path.isAtOrBelow(path, $0) }) {
            if let domid = domids.first(where: { Self.home($0) == homes[index] }) { found.insert(.domain(domid)) }
            isWanted = true
        }
        return isWanted
    }

    /// A relative path starts at the home of the connection's domain.
    private mutating func wantsWatch(_ connID: UInt32, _ wpath: Octets) -> Bool {
        if whole.contains(connID) { return true }
        guard !subtrees.isEmpty else { return false }
        let isAbsolute = Path.isFixed(wpath)
        let path = isAbsolute ? wpath : Self.home(connections[connID]?.domid ?? 0) + [ASCII.slash] + wpath
        return subtrees.contains { Path.isAtOrBelow(path, $0) }
    }

    func checkFound() throws {
        guard let missing = selections.first(where: { !found.contains($0) }) else { return }
        switch missing {
        case .domain(let domid):
            throw ArchiveError(
                .noSuchImage,
                "domain \(domid): not found in the image; 'xsarchive domains' lists its domains"
            )
        case .subtree(let path):
            throw image.noSuchNode(path)
        }
    }

    // MARK: Needed records

    mutating func markNeeded() {
        markParents()
        var domids: Set<UInt16> = []
        var transactions: Set<TransactionKey> = []
        for (place, record) in image.records.enumerated() where isKept[place] {
            switch record {
            case .connection, .watch, .watchExtended, .transaction:
                if let connID = record.connID { needed.insert(connID) }
            case .node(let data):
                for entry in data.perms { domids.insert(entry.domid) }
                if !data.isCommitted {
                    needed.insert(data.connID)
                    transactions.insert(TransactionKey(connID: data.connID, txID: data.txID))
                }
            default: break
            }
        }
        needed.formUnion(domids.compactMap { rings[$0] })
        markTargets()
        for (place, record) in image.records.enumerated() {
            if case .connection(let data) = record, needed.contains(data.connID) { isKept[place] = true }
            if case .transaction(let data) = record,
                transactions.contains(TransactionKey(connID: data.connID, txID: data.txID))
            {
                isKept[place] = true
            }
        }
    }

    private mutating func markParents() {
        let index = NodeIndex(image)
        for (place, record) in image.records.enumerated() where isKept[place] {
            guard case .node(let data) = record else { continue }
            var path = data.path.octets
            while let parent = Path.parent(of: path) {
                path = parent
                guard let above = index[parent] else { continue }
                // A parent that is already kept has its own parents, or gets them in its turn.
                if isKept[above] { break }
                isKept[above] = true
            }
        }
    }

    /// A ring needs its target's ring, a socket needs domain 0's.
    private mutating func markTargets() {
        var pending = Array(needed)
        while let connID = pending.popLast() {
            guard let data = connections[connID], data.kind != .unknown else { continue }
            let domid = data.kind == .socket ? 0 : data.tdomid
            guard let ring = rings[domid], needed.insert(ring).inserted else { continue }
            pending.append(ring)
        }
    }

    /// The kept records. Connections that are only needed have empty buffers.
    var kept: EditableRecords {
        var records = image.records
        for place in records.indices where isKept[place] {
            guard case .connection(var data) = records[place], !whole.contains(data.connID) else { continue }
            data.dropBuffers()
            records[place] = .connection(data)
        }
        return records.arranged(records.indices.filter { isKept[$0] })
    }
}
