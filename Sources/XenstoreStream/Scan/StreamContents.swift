/// What a stream holds of a host, and what may be missing from it: decides what the image covers.
///
/// A daemon writes the sections of a stream in one order. So if a file is cut off or damaged, what
/// is complete can be said, as long as the records are in this order; of everything else only what
/// is there is known.
struct StreamContents {
    /// The sections, in the order in which a daemon writes them.
    private enum Section: Int, CaseIterable, Comparable {
        case global
        case quotas
        /// Connections, each with its watches, transactions and pending nodes.
        case connections
        /// Committed nodes, special ones among them.
        case nodes
        case domains

        static func < (left: Section, right: Section) -> Bool {
            left.rawValue < right.rawValue
        }

        /// The kinds of which something may be missing if a record of the section is.
        var kinds: Set<Coverage.Kind> {
            switch self {
            case .global: [.connections]
            case .quotas, .domains: [.quotas]
            case .connections: [.connections, .watches, .transactions, .pending]
            case .nodes: [.nodes, .special]
            }
        }
    }

    private let layout: Layout
    /// The section of the last record; nil if there was none.
    private var last: Section?
    private var isInOrder = true
    /// Whether a damaged span follows the last record.
    private var isDamageOpen = false
    private var lost: Set<Section> = []
    private var hasEnd = false

    private var hasGlobal = false
    private var hasQuotas = false
    private var hasSockets = false
    private var hostRing: UInt32?
    /// Whether the connection of domain 0 has more than a ring.
    private var isHostBusy = false
    private var rings: Set<UInt16> = []
    /// The domains whose home is a node.
    private var homes: Set<UInt16> = []
    private var hasNodes = false
    /// Whether a node is there that every daemon makes when it starts.
    private var hasNodesOfDaemon = false

    private static let home = Octets("/local/domain/".utf8)
    private static let tool = Octets("/tool".utf8)
    /// Longer paths are none of those that are looked for: a home with a domid of five digits.
    private static let longestOfInterest = home.count + 5

    init(_ layout: Layout) {
        self.layout = layout
    }

    // MARK: Items

    /// Adds a committed node, whose path is at a place in the stream.
    mutating func addNode(_ path: Range<Int>, of stream: [UInt8]) {
        enter(.nodes)
        hasNodes = true
        if path.count <= Self.longestOfInterest { look(at: stream[path]) }
    }

    private mutating func addNode(_ path: Octets) {
        enter(.nodes)
        hasNodes = true
        if path.count <= Self.longestOfInterest { look(at: path) }
    }

    private mutating func look(at path: Octets) {
        if Path.isSpecial(path) || path == Self.tool { hasNodesOfDaemon = true }
        if let domid = Self.domid(ofHome: path) { homes.insert(domid) }
    }

    /// Adds any record.
    mutating func add(_ body: RecordBody) {
        hasEnd = body.type == .end
        switch body {
        case .global:
            enter(.global)
            hasGlobal = true
        case .globalQuota:
            enter(.quotas)
            hasQuotas = true
        case .domain:
            enter(.domains)
            hasQuotas = true
        case .connection(let data):
            enter(.connections)
            add(data)
        case .watch, .watchExtended, .transaction:
            enter(.connections)
            if body.connID == hostRing { isHostBusy = true }
        case .node(let data) where data.isCommitted: addNode(data.path.octets)
        case .node: enter(.connections)
        case .opaque: break
        }
    }

    /// Adds a damaged span.
    mutating func addDamage() {
        hasEnd = false
        isDamageOpen = true
    }

    private mutating func add(_ data: ConnectionData) {
        guard data.kind == .ring else {
            hasSockets = true
            return
        }
        rings.insert(data.domid)
        guard data.domid == 0 else { return }
        hostRing = data.connID
        if !data.inData.isEmpty || !data.outData.isEmpty { isHostBusy = true }
    }

    private mutating func enter(_ section: Section) {
        hasEnd = false
        if isDamageOpen { lose(last ?? .global, section) }
        isDamageOpen = false
        if let last, section < last { isInOrder = false }
        last = section
    }

    private mutating func lose(_ first: Section, _ last: Section) {
        lost.formUnion(Section.allCases.filter { first <= $0 && $0 <= last })
    }

    private static func domid(ofHome path: Octets) -> UInt16? {
        guard path.count > home.count, path.starts(with: home) else { return nil }
        let name = path.dropFirst(home.count)
        guard name.allSatisfy(ASCII.isDigit), name.count == 1 || name.first != ASCII.zero else { return nil }
        return UInt16(String(decoding: name, as: UTF8.self))
    }

    // MARK: Coverage

    /// What may be missing because the file is damaged or cut off. Call this after the last item.
    var damagedKinds: Set<Coverage.Kind> {
        var lost = lost
        if !hasEnd || isDamageOpen { lost.formUnion(Section.allCases.filter { (last ?? .global) <= $0 }) }
        if lost.isEmpty { return [] }
        return (isInOrder ? Array(lost) : Section.allCases).reduce(into: []) { $0.formUnion($1.kinds) }
    }

    /// What the image covers. Call this after the last item.
    var coverage: Coverage {
        let whole = layout.coverage ?? Coverage([Coverage.Kind]())
        // The document of v1 has quotas since 2022; no daemon that writes v1 has them.
        let areas = whole.areas + (hasQuotas && !whole.covers(.quotas) ? [Coverage.Area(.quotas)] : [])
        let missing = damagedKinds
        let kept = areas.filter { !missing.contains($0.kind) }
        if missing.contains(.connections) { return Coverage(kept) }
        if isOfMigration { return Coverage(kept).ofDomains(rings.intersection(homes)) }
        if isSelection { return Coverage(kept.filter { $0.kind == .permissions || $0.kind == .stale }) }
        return Coverage(kept)
    }

    /// Whether the stream is that of migrating domains: a daemon has GLOBAL_DATA, and a ring of
    /// domain 0 or sockets.
    private var isOfMigration: Bool {
        !hasGlobal && !hasSockets && !rings.contains(0) && !rings.isDisjoint(with: homes)
    }

    /// Whether the stream is a selection from a host's: domain 0 has a bare ring, and nothing of
    /// what every daemon and domain 0 have is there.
    private var isSelection: Bool {
        hasGlobal && rings.contains(0) && !isHostBusy && !hasSockets && hasNodes && !hasNodesOfDaemon
            && !homes.contains(0)
    }
}
