import XenstoreArchive
import XenstoreStream

/// The committed nodes of an image as a tree, children in the order of the stream.
public struct NodeTree {
    public struct Node: Sendable {
        /// Without the terminating NUL.
        public let path: Octets
        public let value: Octets
        public let perms: [Permission]
        /// Indices in `nodes`.
        public fileprivate(set) var children: [Int] = []

        /// What stands behind the last `/`.
        public var name: Octets {
            Path.name(of: path)
        }
    }

    public private(set) var nodes: [Node] = []
    private var indices: [Octets: Int] = [:]
    /// Whether a node whose parent is not there belongs to the next above that is.
    private let isPartial: Bool

    /// - Throws: what reading the image throws.
    public init(_ source: ImageSource) throws {
        isPartial = source.format.layout == .listing
        // A listing never has the root.
        if isPartial { add(NodeData(path: TerminatedString("/"), value: [], perms: [])) }
        try source.forEachRecord { body in
            if case .node(let data) = body, data.isCommitted { add(data) }
        }
    }

    /// The node with a path; nil where there is none.
    public func node(at path: Octets) -> Node? {
        indices[path].map { nodes[$0] }
    }

    /// The path of the node that an absolute path most likely means where a few of its letters are wrong; nil where none is near.
    public func nearest(to path: Octets) -> Octets? {
        guard Path.isAbsolute(path) else { return nil }
        var here = Path.root
        for name in path.dropFirst().split(separator: ASCII.slash) {
            let below = Path.child(name, of: here)
            if indices[below] != nil {
                here = below
                continue
            }
            let names = node(at: here)?.children.compactMap { nodes[$0].name.utf8Text } ?? []
            // A number is a domain's or a device's, and another number another one's.
            guard let typed = name.utf8Text, !typed.allSatisfy(\.isNumber),
                let meant = Nearest.match(typed, among: names)
            else { return nil }
            here = Path.child(Octets(meant.utf8), of: here)
        }
        return indices[here] == nil ? nil : here
    }

    /// A node whose path was there before takes its place, as it does in a daemon that restores the stream; one without
    /// a parent belongs to no listing.
    private mutating func add(_ data: NodeData) {
        let path = data.path.octets
        if let index = indices[path] {
            let children = nodes[index].children
            nodes[index] = Node(path: path, value: data.value, perms: data.perms, children: children)
            return
        }
        indices[path] = nodes.count
        if let parent = parentIndex(of: path) { nodes[parent].children.append(nodes.count) }
        nodes.append(Node(path: path, value: data.value, perms: data.perms))
    }

    private func parentIndex(of path: Octets) -> Int? {
        guard isPartial else { return Path.parent(of: path).flatMap { indices[$0] } }
        var path = path
        while let parent = Path.parent(of: path) {
            if let index = indices[parent] { return index }
            path = parent
        }
        return nil
    }
}
