extension Coverage {
    /// The place of a domain: its home. What has no path is there if it belongs to the domain.
    static func home(_ domid: UInt16) -> Octets {
        Octets("/local/domain/\(domid)".utf8)
    }

    /// The kinds that say something of the nodes which an image has, not which nodes it has.
    private static let ofNodes: Set<Kind> = [.permissions, .stale]

    /// What is left of it if only these domains are kept: their homes, their connections and what
    /// belongs to these.
    /// - Parameter domids: the domains.
    public func ofDomains(_ domids: some Collection<UInt16>) -> Coverage {
        let homes = Coverage(
            domids.sorted().flatMap { domid in
                Kind.allCases.filter { $0 != .special }.map { Area($0, root: Self.home(domid)) }
            } + Self.ofNodes.map { Area($0) })
        return intersection(homes)
    }

    /// What is left of it if only nodes at and below these paths are kept.
    /// - Parameter paths: the absolute paths.
    public func ofSubtrees(_ paths: some Collection<Octets>) -> Coverage {
        intersection(Coverage(paths.map { Area(.nodes, root: $0) } + Self.ofNodes.map { Area($0) }))
    }

    /// What is left of it without these kinds.
    /// - Parameter kinds: what is left out.
    public func without(_ kinds: Set<Kind>) -> Coverage {
        Coverage(areas.filter { !kinds.contains($0.kind) })
    }

    /// What is left of it without sockets and what belongs to them.
    public var withoutSockets: Coverage {
        let ofConnections: Set<Kind> = [.connections, .watches, .transactions, .pending]
        let others = Kind.allCases.filter { !ofConnections.contains($0) }.map { Area($0) }
        let domains = Octets("/local/domain".utf8)
        return intersection(
            Coverage(others + ofConnections.map { Area($0, root: domains, includesRoot: false) }))
    }

    /// What either of them covers.
    /// - Parameter other: another coverage.
    public func union(_ other: Coverage) -> Coverage {
        combined(other) { $0 || $1 }
    }

    /// What both cover.
    /// - Parameter other: another coverage.
    public func intersection(_ other: Coverage) -> Coverage {
        combined(other) { $0 && $1 }
    }

    private func combined(_ other: Coverage, _ covers: (Bool, Bool) -> Bool) -> Coverage {
        var result: [Area] = []
        for kind in Kind.allCases {
            let roots = Set((areas + other.areas).filter { $0.kind == kind }.map(\.root))
            let fromTheTop = roots.sorted {
                $0.count != $1.count ? $0.count < $1.count : $0.lexicographicallyPrecedes($1)
            }
            for root in fromTheTop {
                // No area begins at this path, so it is covered as most paths below the root are.
                let below = root.isEmpty ? [0] : Path.child([0], of: root)
                let isCovered = covers(self.covers(kind, below), other.covers(kind, below))
                let includesRoot = covers(self.covers(kind, root), other.covers(kind, root)) == isCovered
                let area = Area(kind, root: root, includesRoot: includesRoot, isCovered: isCovered)
                // An area says nothing if the areas around it say the same.
                let around = Coverage(result)
                if around.covers(kind, below) != isCovered || includesRoot && around.covers(kind, root) != isCovered {
                    result.append(area)
                }
            }
        }
        return Coverage(result)
    }

    /// Whether it lacks something of another coverage.
    /// - Parameter other: another coverage.
    public func lacksSomething(of other: Coverage) -> Bool {
        Set(intersection(other).areas) != Set(other.intersection(other).areas)
    }
}
