import XenstoreStream

/// The nodes of a captured store, parents before children: first the ancestors of its top, then
/// what is at and below it. The fields of each are slices of the store's memory.
public struct CapturedNodes: Sequence, Sendable {
    private let ancestors: [NodeData]
    private let tree: StoreTree
    private let top: Octets
    /// The number of nodes.
    public let count: Int

    init(_ tree: StoreTree, from top: Octets, ancestors: [NodeData]) {
        (self.tree, self.top, self.ancestors) = (tree, top, ancestors)
        count = ancestors.count + tree.count(from: top)
    }

    /// The number of nodes, as each is there.
    public var underestimatedCount: Int {
        count
    }

    /// Yields the nodes one by one.
    public struct Iterator: IteratorProtocol {
        private let tree: StoreTree
        private var ancestors: IndexingIterator<[NodeData]>
        private var waiting: [Octets]

        fileprivate init(_ nodes: CapturedNodes) {
            (tree, ancestors, waiting) = (nodes.tree, nodes.ancestors.makeIterator(), [nodes.top])
        }

        /// The next node; nil after the last.
        public mutating func next() -> NodeData? {
            if let ancestor = ancestors.next() { return ancestor }
            while let path = waiting.popLast() {
                guard let node = tree.node(path) else { continue }
                waiting.append(contentsOf: tree.children(of: path).reversed())
                return node
            }
            return nil
        }
    }

    /// An iterator over all nodes.
    public func makeIterator() -> Iterator {
        Iterator(self)
    }
}
