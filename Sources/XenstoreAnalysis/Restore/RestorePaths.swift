import XenstoreStream

/// The paths of the tree that a daemon has while it restores, and which of them have children. The root is always there.
struct RestorePaths {
    private var table: PathTable
    /// By the path's index in the table.
    private var isParent: [Bool] = []
    /// The parent of the last node, which is there: most nodes follow a sibling.
    private var lastParent: (path: Octets, index: Int) = ([], 0)

    /// - Parameter bytes: the file, of which every path is a slice.
    init(bytes: [UInt8]) {
        table = PathTable(bytes: bytes)
    }

    /// Whether a node of this path is there.
    mutating func hasParent(_ path: Octets) -> Bool {
        if Path.isRoot(path) || (!path.isEmpty && path.hasSameBytes(as: lastParent.path)) { return true }
        guard let index = table.index(of: path) else { return false }
        lastParent = (path, index)
        return true
    }

    /// Whether the node has, or has had, children.
    func hasChildren(_ path: Octets) -> Bool {
        table.index(of: path).map { isParent[$0] } ?? false
    }

    /// Puts a node below a parent that is there.
    /// - Returns: whether it is a new one.
    mutating func insert(_ path: Octets, below parent: Octets) -> Bool {
        if !Path.isRoot(parent), hasParent(parent) { isParent[lastParent.index] = true }
        let isNew = table.insert(path).isNew
        if isNew { isParent.append(false) }
        return isNew
    }
}
