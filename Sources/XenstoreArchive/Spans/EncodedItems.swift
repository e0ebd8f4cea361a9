import XenstoreStream

/// The items of one generation of a chain, encoded from the tables: all records and damaged spans,
/// without header and trailer.
struct EncodedItems {
    /// The items one after the other, table by table.
    let bytes: [UInt8]
    /// The items in the order of `ord`, unless they were arranged in another.
    private(set) var items: [Item]

    /// Where an item is in `bytes`, and its table.
    struct Item {
        let ord: Int64
        let start: Int
        let size: UInt32
        /// The index of its table in `SpanTable.names`.
        let table: UInt8

        var range: Range<Int> {
            start..<start + Int(size)
        }
    }

    /// Reads items of a generation.
    /// - Parameters:
    ///   - choice: the spans to read; by default all.
    ///   - bindings: binds the further parameters of the filter for nodes.
    ///   - progress: called periodically with the number of bytes encoded.
    /// - Throws: `ArchiveError` if a table cannot be read, or `StreamError` if a stored record
    ///   cannot be encoded.
    init(
        _ database: Database, _ generation: Generation, _ choice: SpanFilter = .all,
        bindings: (Statement) throws -> Void = { _ in }, progress: (Int) -> Void = { _ in }
    ) throws {
        var reader = try ItemReader(database, generation, choice)
        var items: [Item] = []
        if choice.isWhole {
            let count = try database.plausibleCount(generation.size)
            reader.reserve(count)
            // A record takes at least 8 bytes of the stream.
            items.reserveCapacity(min(Int(max(0, generation.recordCount)), count / 8))
        }
        func take(_ item: Item, _ bytes: inout [UInt8]) {
            items.append(item)
            if items.count % 4096 == 0 { progress(bytes.count) }
        }
        try reader.readOthers(take)
        try reader.readNodes(bindings: bindings, take)
        bytes = reader.takeBytes()
        // All tables but the nodes' are in order, and often that one, too; this sort is fast on
        // sorted runs.
        items.sort { $0.ord < $1.ord }
        self.items = items
    }

    /// What the committed nodes add up to.
    /// - Parameter hasDuplicates: whether several of them may have one path.
    func nodeAccounts(_ format: StreamFormat, hasDuplicates: Bool) -> NodeAccounts {
        let plan = PlainNodePlan(layout: format.layout)
        let reader = RecordReader(stream: bytes, format: format)
        return NodeAccounts(in: bytes, format.byteOrder, hasDuplicates: hasDuplicates) { add in
            bytes.withUnsafeBytes { stream in
                for item in items where Int(item.table) == SpanTable.nodeIndex {
                    if let node = plan.node(at: item.start, in: stream, format) {
                        add(NodeAccounts.Node(node, in: stream))
                    } else if case .node(let node) = reader.body(in: item.range), node.isCommitted {
                        add(NodeAccounts.Node(node))
                    }
                }
            }
        }
    }

    /// The items in another order.
    /// - Parameter places: for each item in that order, its index in `items`.
    func arranged(_ places: [Int]) -> EncodedItems {
        var arranged = self
        arranged.items = places.map { items[$0] }
        return arranged
    }

    /// Calls `body` with the bytes of the items in the order of the stream, in pieces of about a
    /// megabyte.
    /// - Parameter order: the places of the items in the stream's order; nil: the order of `items`.
    func forEachPiece(order: [Int]?, _ body: (Octets) throws -> Void) throws {
        var piece = 0..<0
        for index in items.indices {
            let range = items[order?[index] ?? index].range
            if range.lowerBound == piece.upperBound && piece.count < 1 << 20 {
                piece = piece.lowerBound..<range.upperBound
            } else {
                if !piece.isEmpty { try body(bytes[piece]) }
                piece = range
            }
        }
        if !piece.isEmpty { try body(bytes[piece]) }
    }
}
