/// What is covered: what is not there does not exist.
extension StoreState {
    private static let below: Octets = [ASCII.nul]

    /// Takes over what an image covers whose nodes were loaded.
    package mutating func settle(_ coverage: Coverage) {
        coversSpecial = coverage.covers(.special, Path.root)
        for path in nodes.keys where Path.isAbsolute(path) {
            nodes[path]?.isComplete = coverage.covers(.nodes, Path.child(Self.below, of: path))
        }
        for area in coverage.areas where area.kind == .nodes && Path.isAbsolute(area.root) && nodes[area.root] == nil {
            guard let parent = Path.parent(of: area.root), let node = nodes[parent] else { continue }
            let name = Path.name(of: area.root)
            let isAbsent = coverage.covers(.nodes, area.root)
            // A part that has no top does not exist; of an exception nothing is known.
            if node.isComplete && !isAbsent { nodes[parent]?.doubtful.insert(name) }
            if !node.isComplete && isAbsent { nodes[parent]?.absent.insert(name) }
        }
    }

    /// What the nodes cover: nodes, permissions and special nodes.
    package var coverage: Coverage {
        var areas: [Coverage.Area] = []
        // What is said of the parents is true for all below until something else is said.
        var pending: [(path: Octets, nodes: Bool, perms: Bool)] = [(Path.root, false, false)]
        while let (path, areNodes, arePerms) = pending.popLast() {
            guard let node = nodes[path] else { continue }
            if node.isComplete != areNodes {
                // An image that does not say the root's value does not cover the root itself.
                let hasItself = Path.isRoot(path) && node.knowledge != .unknown
                areas.append(Coverage.Area(.nodes, root: path, includesRoot: hasItself, isCovered: node.isComplete))
            }
            let saysPerms = node.perms != nil || (Path.isRoot(path) && says(perms: node.children, of: path))
            if saysPerms != arePerms {
                let hasItself = !Path.isRoot(path) || node.perms != nil
                areas.append(Coverage.Area(.permissions, root: path, includesRoot: hasItself, isCovered: saysPerms))
            }
            areas += node.doubtful.map { Coverage.Area(.nodes, root: Path.child($0, of: path), isCovered: false) }
            areas += node.absent.map { Coverage.Area(.nodes, root: Path.child($0, of: path)) }
            pending += node.children.keys.map { (Path.child($0, of: path), node.isComplete, saysPerms) }
        }
        if coversSpecial { areas.append(Coverage.Area(.special)) }
        areas.sort { first, second in
            first.kind == second.kind
                ? first.root.lexicographicallyPrecedes(second.root) : first.kind.rawValue < second.kind.rawValue
        }
        return Coverage(areas)
    }

    private func says(perms children: [Octets: Int], of path: Octets) -> Bool {
        children.keys.contains { nodes[Path.child($0, of: path)]?.perms != nil }
    }
}
