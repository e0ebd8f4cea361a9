/// The nodes of a store, as far as they are known, which requests change as in a daemon.
///
/// Of each path it is known that a node exists, that none does, or neither.
package struct StoreState: Sendable {
    /// Whether a node exists.
    package enum Presence: Sendable {
        case present, absent, unknown
    }

    package let rules: StoreRules
    /// By path. The root is always there.
    package internal(set) var nodes: [Octets: StoreNode] = [Path.root: .unknown]
    /// The paths of nodes without a parent in the store, as special nodes are, with their numbers.
    var tops: [Octets: Int] = [Path.root: 0]
    /// Whether a special node that is not there does not exist.
    package internal(set) var coversSpecial = false
    /// Paths of which something was in doubt. What is certain again stays in the list.
    package internal(set) var doubts: Set<Octets> = []
    /// What succeeded in the log, but cannot have, by the nodes that are known.
    package internal(set) var contradictions: [StoreChange] = []
    /// A number that grows with each node that is made and each that is removed.
    package private(set) var count = 1
    /// When nodes were removed, by that number.
    private var removals: [Octets: Int] = [:]

    package init(rules: StoreRules) {
        self.rules = rules
    }

    // MARK: Loading

    /// Adds a node of an image. A later one with the same path replaces it.
    /// - Parameters:
    ///   - makesParents: whether its parents exist, although they may not be in the image.
    package mutating func load(
        _ path: Octets, value: Octets, knowledge: ValueKnowledge, perms: [Permission]?, makesParents: Bool
    ) {
        if makesParents { makeParents(of: path, domid: nil) }
        // The root has its place among the special nodes, which tells the daemon's version.
        if nodes[path] == nil || Path.isRoot(path) { link(path) }
        var node = nodes[path] ?? .unknown
        (node.value, node.knowledge, node.perms) = (value, knowledge, perms)
        nodes[path] = node
    }

    // MARK: Looking

    /// Whether a node exists.
    package func presence(_ path: Octets) -> Presence {
        if nodes[path] != nil { return .present }
        guard Path.isAbsolute(path) else { return coversSpecial ? .absent : .unknown }
        var child = path
        while let parent = Path.parent(of: child) {
            if let node = nodes[parent] {
                let name = Path.name(of: child)
                if node.doubtful.contains(name) { return .unknown }
                return node.isComplete || node.absent.contains(name) ? .absent : .unknown
            }
            child = parent
        }
        return .unknown
    }

    /// The paths of all nodes, parents before children, which are in the order of their making.
    package func forEachNode(_ body: (Octets, StoreNode) throws -> Void) rethrows {
        var pending = tops.sorted { $0.value > $1.value }.map(\.key)
        while let path = pending.popLast() {
            guard let node = nodes[path] else { continue }
            try body(path, node)
            pending += node.children.sorted { $0.value > $1.value }.map { Path.child($0.key, of: path) }
        }
    }

    /// Whether it may have changed since `count` had a value whether a node exists.
    package func mayDiffer(_ path: Octets, since count: Int) -> Bool {
        if let parent = Path.parent(of: path), let number = nodes[parent]?.children[Path.name(of: path)] {
            return number > count
        }
        var place = path
        while true {
            if let removed = removals[place], removed > count { return true }
            guard let parent = Path.parent(of: place) else { return false }
            place = parent
        }
    }

    // MARK: Changing

    /// Changes what a request changed that succeeded.
    package mutating func apply(_ change: StoreChange) {
        switch change.kind {
        case .write(let value, let knowledge):
            make(change.path, domid: change.domid)
            nodes[change.path]?.value = value
            nodes[change.path]?.knowledge = knowledge
        case .mkdir: make(change.path, domid: change.domid)
        case .rm: remove(change.path)
        case .setPermissions(let perms):
            if nodes[change.path] == nil {
                guard !change.mayLackNode else { return }
                if presence(change.path) == .absent {
                    contradictions.append(change)
                    doubtPresence(of: change.path)
                }
                make(change.path, domid: change.domid)
            }
            nodes[change.path]?.perms = perms
        }
    }

    /// Takes a node away with all below it, as something that certainly is not there any more.
    package mutating func remove(_ path: Octets) {
        if Path.isRoot(path) {
            // The C xenstored refuses this; oxenstored removes what is below.
            guard rules == .oxenstored else { return }
            for child in (nodes[path]?.children ?? [:]).keys { drop(Path.child(child, of: path)) }
            nodes[path]?.isComplete = true
            nodes[path]?.absent = []
            nodes[path]?.doubtful = []
            return
        }
        if nodes[path] != nil {
            count += 1
            removals[path] = count
        }
        drop(path)
        guard let parent = Path.parent(of: path), let above = nodes[parent] else { return }
        let name = Path.name(of: path)
        if above.isComplete {
            nodes[parent]?.doubtful.remove(name)
        } else {
            nodes[parent]?.absent.insert(name)
        }
    }

    /// Removes a node and all below it; says nothing about what is there then.
    mutating func drop(_ path: Octets) {
        guard nodes[path] != nil else { return }
        if let parent = Path.parent(of: path) { nodes[parent]?.children[Path.name(of: path)] = nil }
        tops[path] = nil
        var pending = [path]
        while let next = pending.popLast() {
            guard let node = nodes.removeValue(forKey: next) else { continue }
            for child in node.children.keys { pending.append(Path.child(child, of: next)) }
        }
    }

    /// Makes a node that exists now, and its parents.
    mutating func make(_ path: Octets, domid: UInt16?) {
        guard nodes[path] == nil else { return }
        makeParents(of: path, domid: domid)
        add(path, domid: domid)
    }

    mutating func makeParents(of path: Octets, domid: UInt16?) {
        var missing: [Octets] = []
        var child = path
        while let parent = Path.parent(of: child), nodes[parent] == nil {
            missing.append(parent)
            child = parent
        }
        for parent in missing.reversed() { add(parent, domid: domid) }
    }

    /// Adds a node whose parent is there.
    private mutating func add(_ path: Octets, domid: UInt16?) {
        let isNew = presence(path) == .absent
        let above = Path.parent(of: path).flatMap { nodes[$0] }
        link(path)
        nodes[path] =
            isNew
            ? StoreNode(
                value: [], knowledge: .whole, perms: inherited(above?.perms, by: domid), isComplete: true)
            : .unknown
    }

    private mutating func link(_ path: Octets) {
        count += 1
        guard let parent = Path.parent(of: path), nodes[parent] != nil else {
            tops[path] = count
            return
        }
        let name = Path.name(of: path)
        nodes[parent]?.children[name] = count
        nodes[parent]?.doubtful.remove(name)
        nodes[parent]?.absent.remove(name)
    }

    /// The permissions of a new node.
    private func inherited(_ perms: [Permission]?, by domid: UInt16?) -> [Permission]? {
        guard var perms, !perms.isEmpty else { return nil }
        guard rules == .xenstored else { return perms }
        guard let domid else { return nil }
        // Only domain 0 is privileged.
        if domid != 0 { perms[0].domid = domid }
        return perms
    }
}
