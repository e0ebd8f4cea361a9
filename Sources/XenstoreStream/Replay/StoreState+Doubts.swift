/// What is not certain.
extension StoreState {
    /// Takes back what a request makes uncertain of which it is not known whether it succeeded.
    package mutating func doubt(_ change: StoreChange) {
        let path = change.path
        switch change.kind {
        case .write(let value, let knowledge):
            guard let node = nodes[path] else { return doubtPresence(of: path) }
            // The value may be the same.
            if knowledge == .whole && node.knowledge == .whole && node.value.elementsEqual(value) { return }
            nodes[path]?.value = []
            nodes[path]?.knowledge = .unknown
            doubts.insert(path)
        case .mkdir:
            if nodes[path] == nil { doubtPresence(of: path) }
        case .rm:
            if Path.isRoot(path) {
                if rules == .oxenstored { forget() }
            } else {
                doubtPresence(of: path)
            }
        case .setPermissions(let perms):
            guard let node = nodes[path], perms == nil || node.perms != perms else { return }
            nodes[path]?.perms = nil
            doubts.insert(path)
        }
    }

    /// Makes it uncertain whether a node exists, and with which nodes below it.
    mutating func doubtPresence(of path: Octets) {
        drop(path)
        // Its parent may be missing, too: the first one that is.
        var child = path
        while let parent = Path.parent(of: child), nodes[parent] == nil { child = parent }
        guard let parent = Path.parent(of: child), let node = nodes[parent] else {
            // A special node.
            if !Path.isAbsolute(path) { coversSpecial = false }
            doubts.insert(path)
            return
        }
        let name = Path.name(of: child)
        if node.isComplete {
            nodes[parent]?.doubtful.insert(name)
        } else {
            nodes[parent]?.absent.remove(name)
        }
        doubts.insert(child)
    }

    /// Makes uncertain what a request may have changed of whose path only the beginning is known.
    /// - Parameters:
    ///   - prefix: the beginning, absolute.
    ///   - removes: whether it may have removed nodes.
    package mutating func doubt(prefix: Octets, removes: Bool) {
        guard Path.isAbsolute(prefix) else { return forget() }
        let parent = prefix.lastIndex(of: ASCII.slash).map { $0 == prefix.startIndex ? Path.root : prefix[..<$0] }
        let meant = nodes.keys.filter { $0.count > 1 && $0.starts(with: prefix) }
        for path in meant {
            if removes {
                drop(path)
            } else {
                nodes[path]?.value = []
                nodes[path]?.knowledge = .unknown
                nodes[path]?.perms = nil
                nodes[path]?.isComplete = false
                nodes[path]?.doubtful = []
            }
        }
        let above = parent ?? Path.root
        doubts.insert(above)
        if nodes[above] == nil {
            doubtPresence(of: above)
        } else {
            nodes[above]?.isComplete = false
            nodes[above]?.doubtful = []
            nodes[above]?.absent = []
        }
    }

    /// The paths that a relative one can mean: that of every domain that has a home.
    package func homes(of path: Octets) -> [Octets] {
        let domains = Octets("/local/domain".utf8)
        return (nodes[domains]?.children ?? [:]).keys.map { Path.child(path, of: Path.child($0, of: domains)) }
    }

    /// Makes all uncertain, as requests are missing. Only that there is a root stays certain.
    package mutating func forget() {
        nodes = [Path.root: .unknown]
        tops = [Path.root: 0]
        coversSpecial = false
    }

    /// The paths that were in doubt and still are, sorted.
    package var openDoubts: [Octets] {
        doubts.filter { path in
            guard let node = nodes[path] else { return presence(path) == .unknown }
            return node.knowledge == .unknown || node.perms == nil || !node.isComplete
        }.sorted { $0.lexicographicallyPrecedes($1) }
    }
}
