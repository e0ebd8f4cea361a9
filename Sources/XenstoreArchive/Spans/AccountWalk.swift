import XenstoreStream

/// Adds up nodes that come as a daemon writes them: each parent before its children, and everything
/// below a node before the next sibling. The ancestors of a node are then on a stack.
struct AccountWalk {
    private struct Ancestor {
        let path: Range<Int>
        /// The index of the owner's account; -1 if there is none.
        let owner: Int
        var directory = NodeAccounts.Directory()
        /// Whether it counts as `numbered`, until a child comes.
        var isNumbered: Bool
    }

    private let bytes: [UInt8]
    private(set) var owners = OwnerTable()
    private(set) var directories: [Octets: NodeAccounts.Directory] = [:]
    /// As `NodeExtents.numbered`.
    private(set) var numbered: Int64 = 0
    /// Whether a node came whose parent is not on the stack: the accounts are then wrong.
    private(set) var hasOrphan = false
    private var ancestors: [Ancestor] = []

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func add(_ node: NodeAccounts.Node) {
        guard !hasOrphan, let first = node.path.first else { return }
        let isSpecial = bytes[first] == ASCII.at
        let owner = owners.add(node, isSpecial: isSpecial)
        guard bytes[first] == ASCII.slash else { return }
        if node.path.count > 1 {
            while let last = ancestors.last, !Path.isChild(node.path, of: last.path, in: bytes) { leave() }
            guard let parent = ancestors.indices.last else {
                hasOrphan = true
                return
            }
            let above = ancestors[parent].path.count
            let name = Int64(node.path.count - above + (above == 1 ? 1 : 0))
            ancestors[parent].directory.add(name)
            owners.addChild(name, to: ancestors[parent].owner)
            if ancestors[parent].isNumbered, NodeExtents.isOrdinary(bytes[node.path].dropFirst(above)) {
                ancestors[parent].isNumbered = false
                numbered -= 1
            }
        }
        let isNumbered = NodeExtents.isNumbered(node, in: bytes)
        if isNumbered { numbered += 1 }
        ancestors.append(Ancestor(path: node.path, owner: owner, isNumbered: isNumbered))
    }

    /// Call this once, after the last node.
    mutating func finish() {
        while !ancestors.isEmpty { leave() }
    }

    private mutating func leave() {
        let last = ancestors.removeLast()
        if last.directory.listBytes >= NodeAccounts.leastListBytes { directories[bytes[last.path]] = last.directory }
    }
}
