import XenstoreStream

/// Adds up nodes in any order, of which several may have one path, by looking each parent up.
struct AccountSearch {
    private let bytes: [UInt8]
    private(set) var owners = OwnerTable()
    private(set) var directories: [Octets: NodeAccounts.Directory] = [:]
    /// For each path the indices of the accounts of its nodes' owners.
    private var accounts: [Octets: [Int]] = [:]
    private var numberedPaths: Set<Octets> = []

    /// As `NodeExtents.numbered`.
    var numbered: Int64 {
        Int64(numberedPaths.count)
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Adds a node to the account of its owner. All nodes first pass here, then through `add`.
    mutating func collect(_ node: NodeAccounts.Node) {
        let path = bytes[node.path]
        accounts[path, default: []].append(owners.add(node, isSpecial: Path.isSpecial(path)))
        if NodeExtents.isNumbered(node, in: bytes) { numberedPaths.insert(path) }
    }

    /// Adds a node's name to its directory, and to the accounts of the owners of that.
    mutating func add(_ node: NodeAccounts.Node) {
        let path = bytes[node.path]
        guard var parent = Path.parent(of: path) else { return }
        while parent.count > 1, parent.last == ASCII.slash { parent.removeLast() }
        let name = Int64(path.count - parent.count + (parent.count == 1 ? 1 : 0))
        directories[parent, default: NodeAccounts.Directory()].add(name)
        for owner in accounts[parent] ?? [] { owners.addChild(name, to: owner) }
        if NodeExtents.isOrdinary(path.dropFirst(parent.count)) { numberedPaths.remove(parent) }
    }
}
