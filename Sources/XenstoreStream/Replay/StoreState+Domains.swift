/// The end of a domain.
extension StoreState {
    /// Does what the daemon does with nodes when a domain is gone.
    ///
    /// oxenstored removes the nodes that it owns, and its entries elsewhere. The C xenstored says
    /// in its log which nodes it removes. What is left may have got another owner, and later
    /// versions remove its entries.
    /// - Parameter mayLoseEntries: whether a C xenstored may remove its entries.
    package mutating func end(_ domid: UInt16, mayLoseEntries: Bool) {
        guard domid != 0 else { return }
        let named = nodes.filter { $0.value.perms?.contains { $0.domid == domid } ?? false }
        for (path, node) in named {
            guard nodes[path] != nil, let perms = node.perms, let owner = perms.first?.domid else { continue }
            if rules == .xenstored {
                guard owner == domid || mayLoseEntries else { continue }
                nodes[path]?.perms = nil
                doubts.insert(path)
            } else if owner == domid {
                remove(path)
            } else {
                nodes[path]?.perms = perms.enumerated().filter { $0.offset == 0 || $0.element.domid != domid }
                    .map(\.element)
            }
        }
        if rules == .oxenstored { doubtOwned(by: domid) }
    }

    /// A node of which the owner is not known may be the domain's if its path names the domain.
    private mutating func doubtOwned(by domid: UInt16) {
        let name = Octets(String(domid).utf8)
        let paths = nodes.filter { path, node in
            node.perms == nil && path.split(separator: ASCII.slash).contains { $0.elementsEqual(name) }
        }.keys
        for path in paths where nodes[path] != nil { doubtPresence(of: path) }
    }
}

extension StoreState {
    /// Whether the daemon refuses a domain to change a node for lack of rights; nil: not known.
    /// - Parameters:
    ///   - domid: the domain that asks.
    ///   - path: the node, or one that would be made.
    ///   - owning: whether only the owner may do it.
    package func refuses(_ domid: UInt16, _ path: Octets, owning: Bool) -> Bool? {
        if domid == 0 { return false }
        var place = path
        while nodes[place] == nil {
            guard !owning, presence(place) == .absent, let parent = Path.parent(of: place) else { return nil }
            place = parent
        }
        guard let perms = nodes[place]?.perms, let owner = perms.first else { return nil }
        if owner.domid == domid { return false }
        let entry = perms.dropFirst().first { $0.domid == domid } ?? owner
        return owning || entry.perm == ASCII.n || entry.perm == ASCII.r
    }
}
