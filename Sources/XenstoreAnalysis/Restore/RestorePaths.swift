import XenstoreStream

/// The paths in a daemon's tree during a restore, and which of them have children. The root always
/// exists.
struct RestorePaths {
    private let bytes: [UInt8]
    private var table: PathTable
    /// By the path's index in the table.
    private var isParent: [Bool] = []
    /// The parent of the last node, which exists. Most nodes follow a sibling.
    private var lastParent: (path: Range<Int>, index: Int) = (0..<0, 0)

    /// - Parameter bytes: the file. Every path is a slice of it.
    init(bytes: [UInt8]) {
        self.bytes = bytes
        table = PathTable(bytes: bytes)
    }

    /// Whether a node with this path exists.
    mutating func hasParent(_ path: Octets) -> Bool {
        if Path.isRoot(path) || (!path.isEmpty && path.hasSameBytes(as: bytes[lastParent.path])) { return true }
        guard let index = table.index(of: path) else { return false }
        lastParent = (path.indices, index)
        return true
    }

    /// Whether the node has or had children.
    func hasChildren(_ path: Octets) -> Bool {
        table.index(of: path).map { isParent[$0] } ?? false
    }

    /// Adds a node whose parent is that of the node before it, without a search for it.
    /// - Parameter path: where the path is in the file.
    /// - Returns: whether the node is new; nil if it has another parent.
    mutating func insertSibling(_ path: Range<Int>) -> Bool? {
        guard !lastParent.path.isEmpty, Path.isChild(path, of: lastParent.path, in: bytes) else { return nil }
        isParent[lastParent.index] = true
        return insert(path)
    }

    /// Adds a node below an existing parent.
    /// - Returns: whether the node is new.
    mutating func insert(_ path: Octets, below parent: Octets) -> Bool {
        if !Path.isRoot(parent), hasParent(parent) { isParent[lastParent.index] = true }
        return insert(path.indices)
    }

    private mutating func insert(_ path: Range<Int>) -> Bool {
        let isNew = table.insert(path).isNew
        if isNew { isParent.append(false) }
        return isNew
    }
}
