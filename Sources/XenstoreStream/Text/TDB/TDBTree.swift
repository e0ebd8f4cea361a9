/// The committed nodes of a database, with their generations and the children that they name.
struct TDBTree {
    /// The generation of each committed node by its path; nil if the form has none.
    private var generations: [Octets: UInt64?] = [:]
    /// The paths of the committed nodes that another one names as its child.
    private var named: Set<Octets> = []

    /// - Parameter forEachNode: calls its argument with each node of the database.
    init(_ forEachNode: ((TDBNode) -> Void) -> Void) {
        forEachNode { node in
            if node.txID == nil { generations.updateValue(node.generation, forKey: node.path) }
        }
        forEachNode { node in
            guard node.txID == nil else { return }
            node.forEachChild { name in
                let path = Path.child(name, of: node.path)
                if generations[path] != nil { named.insert(path) }
            }
        }
    }

    /// How a transaction has used a node: 1 read, 2 written.
    ///
    /// The daemon counts one number up for each write and for each start of a transaction, which
    /// gives the transaction its own number. A node that was only read keeps its generation; one
    /// that was written has a later one than the transaction. A node that others have changed after
    /// the transaction had begun, that was then read, and that was changed again, looks like one
    /// that was written.
    func access(of node: TDBNode) -> UInt16 {
        guard let generation = node.generation, let txID = node.txID else { return 0 }
        if let committed = generations[node.path], committed == generation { return 1 }
        return generation < UInt64(txID) ? 1 : 2
    }

    /// What is odd about a node of the database.
    func remarks(on node: TDBNode) -> [TextItem.Remark] {
        var remarks: [TextItem.Remark] = []
        func name(_ path: Octets) -> String { Escape.short(path) }
        if node.oddBits != 0 {
            remarks.append(
                TextItem.Remark(
                    oddity: .setPad,
                    message: "the permissions of \(name(node.path)) have reserved bits "
                        + "0x\(String(node.oddBits, radix: 16)) set"))
        }
        if !node.hasWholeChildren {
            remarks.append(
                TextItem.Remark(
                    oddity: .missingChild,
                    message: "\(name(node.path)) has a child without a name, or one that does not end with NUL"))
        }
        guard node.txID == nil else { return remarks }
        var missing: (first: Octets, count: Int)?
        node.forEachChild { child in
            guard generations[Path.child(child, of: node.path)] == nil else { return }
            missing = (missing?.first ?? child, (missing?.count ?? 0) + 1)
        }
        if let missing {
            remarks.append(
                TextItem.Remark(
                    oddity: .missingChild,
                    message: "\(name(node.path)) names the child \(name(missing.first))"
                        + (missing.count == 1 ? "" : " and \(missing.count - 1) more")
                        + ", of which the database has no node"))
        }
        if let parent = Path.parent(of: node.path), generations[parent] != nil, !named.contains(node.path) {
            remarks.append(
                TextItem.Remark(
                    oddity: .unnamedChild,
                    message: "\(name(node.path)) is not among the children of its parent, so clients do not see it"))
        }
        return remarks
    }
}
