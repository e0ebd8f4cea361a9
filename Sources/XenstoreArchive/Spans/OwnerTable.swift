import XenstoreStream

/// The accounts of the owners of nodes, while they are added up.
struct OwnerTable {
    private var accounts: [NodeAccounts.Owner] = []
    private var domids: [UInt16] = []
    /// For each domid, the index of its account; -1 if it has none.
    private var indices = Array(repeating: Int32(-1), count: 1 << 16)

    /// The accounts by domid.
    var byDomid: [UInt16: NodeAccounts.Owner] {
        Dictionary(uniqueKeysWithValues: zip(domids, accounts))
    }

    /// The index of a domid's account, which is made if there is none.
    mutating func index(of domid: UInt16) -> Int {
        if indices[Int(domid)] < 0 {
            indices[Int(domid)] = Int32(accounts.count)
            accounts.append(NodeAccounts.Owner())
            domids.append(domid)
        }
        return Int(indices[Int(domid)])
    }

    /// Adds a node to its owner's account.
    /// - Returns: the index of the account; -1 if the node has no owner.
    mutating func add(_ node: NodeAccounts.Node, isSpecial: Bool) -> Int {
        guard let owner = node.owner else { return -1 }
        let index = index(of: owner)
        let bytes = Int64(node.path.count + node.valueCount + 8 * node.perms.count)
        if isSpecial {
            accounts[index].specialNodes += 1
            accounts[index].specialBytes += bytes
        } else {
            accounts[index].nodes += 1
            accounts[index].bytes += bytes
        }
        return index
    }

    /// Adds the name of a child to the account of its parent's owner.
    /// - Parameter index: of the account; -1 if the parent has no owner.
    mutating func addChild(_ bytes: Int64, to index: Int) {
        if index >= 0 { accounts[index].childBytes += bytes }
    }
}
