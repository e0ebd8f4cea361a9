import XenstoreArchive
import XenstoreStream

/// The committed nodes of an image as a tree, children in the order of the stream.
public struct NodeTree {
    /// A committed node.
    public struct Node: Sendable {
        /// Without the terminating NUL.
        public let path: Octets
        /// The raw bytes.
        public let value: Octets
        /// The owner's entry is first.
        public let perms: [Permission]
        /// How much of the value the image says.
        public let knowledge: ValueKnowledge
        /// Whether the image says the permissions.
        public let knowsPerms: Bool
        /// Indices in `nodes`.
        public fileprivate(set) var children: [Int] = []

        /// The part of the path after the last `/`.
        public var name: Octets {
            Path.name(of: path)
        }
    }

    /// All nodes, in the order of the stream.
    public private(set) var nodes: [Node] = []
    private var indices: [OctetsKey: Int] = [:]
    /// The parent of the last node that was added, and its index: most nodes follow a sibling.
    private var lastParent: (path: Octets, index: Int)?
    /// Whether a node whose parent is missing belongs to its nearest ancestor in the image.
    private let isPartial: Bool
    /// The path of the tree's root: `/`, unless only relative paths are known.
    let root: Octets
    /// Whether a parent comes before its children.
    private let isOrdered: Bool
    private let layout: Layout

    /// Reads the committed nodes of an image.
    /// - Throws: the errors of reading the image.
    public init(_ source: ImageSource) throws {
        self.init(emptyFor: source)
        // While an array grows, its old memory is there, too.
        let count = min(max(0, source.nodeCount), Self.mostReserved)
        nodes.reserveCapacity(count)
        indices.reserveCapacity(count)
        try source.forEachRecord { body in
            if case .node(let data) = body, data.isCommitted { add(data) }
        }
        finish()
    }

    /// Reads the committed nodes at a path and below it, or all nodes if there is none at the path,
    /// so that `nearest` can name the path that is meant.
    /// - Parameters:
    ///   - source: the image.
    ///   - path: as a user gives it; a relative path starts at domain 0's home.
    /// - Throws: the errors of reading the image.
    public init(_ source: ImageSource, atOrBelow path: Octets) throws {
        let path = Path.isFixed(path) ? path : Self.home + path
        guard source.root.isAbsolute, !Path.isRoot(path) else {
            try self.init(source)
            return
        }
        self.init(emptyFor: source)
        try source.forEachNode(atOrBelow: path) { if $0.isCommitted { add($0) } }
        if node(at: path) == nil {
            try self.init(source)
        } else {
            finish()
        }
    }

    private init(emptyFor source: ImageSource) {
        layout = source.format.layout
        isPartial = layout.isPartial
        isOrdered = !layout.isOfDatabase
        // A listing never contains the root. If nothing says where it hangs, its paths are
        // relative.
        root = source.root.isAbsolute ? Path.root : source.root.path
        if isPartial { add(NodeData(path: TerminatedString(root), value: [], perms: [])) }
    }

    /// Gives each node its children if a child may come before its parent.
    private mutating func finish() {
        guard !isOrdered else { return }
        for index in nodes.indices {
            if let parent = parentIndex(of: nodes[index].path) { nodes[parent].children.append(index) }
        }
    }

    /// The number of nodes for which memory is reserved at once: a file may state any.
    private static let mostReserved = 1 << 18

    /// Where a relative path starts: at the home of domain 0.
    static let home = Octets("/local/domain/0/".utf8)

    /// The node with this path; nil if the image has no such node.
    public func node(at path: Octets) -> Node? {
        index(of: path).map { nodes[$0] }
    }

    /// The path of the node that a mistyped absolute path most likely means; nil if none is
    /// similar.
    public func nearest(to path: Octets) -> Octets? {
        guard Path.isAbsolute(path) else { return nil }
        var here = Path.root
        for name in path.dropFirst().split(separator: ASCII.slash) {
            let below = Path.child(name, of: here)
            if index(of: below) != nil {
                here = below
                continue
            }
            let names = node(at: here)?.children.compactMap { nodes[$0].name.utf8Text } ?? []
            // A number is a domain's or a device's, so a similar number means a different one.
            guard let typed = name.utf8Text, !typed.allSatisfy(\.isNumber),
                let meant = Nearest.match(typed, among: names)
            else { return nil }
            here = Path.child(Octets(meant.utf8), of: here)
        }
        return index(of: here) == nil ? nil : here
    }

    /// Adds a node. It replaces an earlier one with the same path, as in a daemon that restores the
    /// stream. A node without a parent is in no listing.
    private mutating func add(_ data: NodeData) {
        let path = data.path.octets
        if let index = indices.updateValue(nodes.count, forKey: OctetsKey(path)) {
            indices[OctetsKey(path)] = index
            let children = nodes[index].children
            nodes[index] = node(data)
            nodes[index].children = children
            return
        }
        if isOrdered, let parent = parentIndex(of: path) { nodes[parent].children.append(nodes.count) }
        nodes.append(node(data))
    }

    private func index(of path: Octets) -> Int? {
        indices[OctetsKey(path)]
    }

    private func node(_ data: NodeData) -> Node {
        Node(
            path: data.path.octets, value: data.value, perms: data.perms, knowledge: ValueKnowledge(data, layout),
            knowsPerms: !layout.isListing || !data.perms.isEmpty)
    }

    private mutating func parentIndex(of path: Octets) -> Int? {
        guard isPartial else {
            if let lastParent, Path.isChild(path, of: lastParent.path) { return lastParent.index }
            guard let parent = Path.parent(of: path), let index = index(of: parent) else { return nil }
            lastParent = (parent, index)
            return index
        }
        if Path.isRoot(path) || Path.isSpecial(path) { return nil }
        var path = path
        while let slash = path.lastIndex(of: ASCII.slash), slash > path.startIndex {
            path = path[..<slash]
            if let index = index(of: path) { return index }
        }
        return nodes.isEmpty ? nil : 0
    }
}
