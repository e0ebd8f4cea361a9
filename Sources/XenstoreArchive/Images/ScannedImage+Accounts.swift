import XenstoreStream

extension ScannedImage {
    /// What the committed nodes add up to.
    /// - Throws: `StreamError` if a record cannot be read again.
    func nodeAccounts() throws -> NodeAccounts {
        try NodeAccounts(in: bytes, format.byteOrder, hasDuplicates: hasDuplicateNodes) { add in
            try bytes.withUnsafeBytes { stream in
                try forEachItem(where: { index in
                    guard let node = plainNode(index) else { return true }
                    add(NodeAccounts.Node(node, in: stream))
                    return false
                }) { _, item in
                    if case .record(let record) = item, case .node(let node) = record.body, node.isCommitted {
                        add(NodeAccounts.Node(node))
                    }
                }
            }
        }
    }
}
