import XenstoreStream

/// The nodes that were read from a daemon, by path.
struct StoreTree {
    struct Node: Equatable {
        var value: Octets
        var perms: [Permission]
        /// The names of the children as the daemon listed them; some may not have been read, or be
        /// gone.
        var children: [Octets]

        /// Whether the list of children has the name of a path.
        func hasChild(_ path: Octets) -> Bool {
            children.contains(Path.name(of: path))
        }
    }

    private(set) var nodes: [Octets: Node] = [:]
    /// The paths whose nodes came, went or changed since this was emptied; nil: they are not noted.
    var touched: Set<Octets>?

    subscript(path: Octets) -> Node? {
        nodes[path]
    }

    /// Stores a node; what is below children that it no longer has is dropped.
    /// - Returns: the paths of children that are not in the tree.
    mutating func store(_ node: Node, at path: Octets) -> [Octets] {
        if let before = nodes[path] {
            if before == node { return missing(node, path) }
            let names = Set(node.children)
            for name in before.children where !names.contains(name) { remove(Path.child(name, of: path)) }
        }
        nodes[path] = node
        touched?.insert(path)
        return missing(node, path)
    }

    private func missing(_ node: Node, _ path: Octets) -> [Octets] {
        node.children.map { Path.child($0, of: path) }.filter { nodes[$0] == nil }
    }

    /// Drops a node and everything below it.
    mutating func remove(_ path: Octets) {
        var paths = [path]
        while let next = paths.popLast() {
            guard let node = nodes.removeValue(forKey: next) else { continue }
            touched?.insert(next)
            for name in node.children { paths.append(Path.child(name, of: next)) }
        }
    }

    /// Calls `body` with the nodes at and below a path, parents before children, children in the
    /// order of their list.
    func forEach(from top: Octets, _ body: (Octets, Node) -> Void) {
        var paths = [top]
        while let path = paths.popLast() {
            guard let node = nodes[path] else { continue }
            body(path, node)
            for name in node.children.reversed() { paths.append(Path.child(name, of: path)) }
        }
    }
}
