/// The committed nodes of a whole stream, one after the other, as bytes; all other records are put
/// aside on the way.
struct NodeSequence {
    /// A record: its number from 0, and its bytes.
    struct Item {
        let place: Int
        let range: Range<Int>
        /// The path of a committed node; empty for other records.
        var path = 0..<0
    }

    private(set) var cursor: RecordCursor
    /// The records that are not committed nodes.
    private(set) var others: [Item] = []
    /// The nodes that were put aside.
    private(set) var nodesAside: [Item] = []
    /// Nodes that were read to look ahead, from `position` on.
    private var ahead: [Item] = []
    private var position = 0

    /// - Throws: `StreamError` if the bytes do not begin with a header.
    init(_ bytes: [UInt8], _ format: StreamFormat) throws(StreamError) {
        cursor = try RecordCursor(bytes: bytes, format: format)
    }

    var bytes: [UInt8] {
        cursor.bytes
    }

    /// Where the next record begins; nil after END, and if a node was read ahead.
    var offset: Int? {
        position == ahead.count && !cursor.ended ? cursor.offset : nil
    }

    /// The number of the next record.
    var place: Int {
        cursor.recordCount
    }

    /// Passes over the next record, which is a plain node of this size, if none was read ahead.
    mutating func pass(_ size: Int) {
        cursor.offset += size
        cursor.recordCount += 1
    }

    /// The node so many after the next one; nil if there are fewer.
    /// - Throws: `StreamError` if the stream cannot be read.
    mutating func node(_ distance: Int) throws(StreamError) -> Item? {
        while ahead.count - position <= distance {
            guard let node = try read() else { return nil }
            ahead.append(node)
        }
        return ahead[position + distance]
    }

    /// How many nodes there are, up to a number.
    /// - Throws: `StreamError` if the stream cannot be read.
    mutating func count(upTo most: Int) throws(StreamError) -> Int {
        _ = try node(most - 1)
        return min(ahead.count - position, most)
    }

    /// Drops nodes that were read ahead.
    /// - Parameter isKept: whether to put them aside.
    mutating func drop(_ count: Int, puttingAside isKept: Bool) {
        let end = min(position + count, ahead.count)
        if isKept { nodesAside.append(contentsOf: ahead[position..<end]) }
        position = end
        guard position == ahead.count else { return }
        ahead.removeAll(keepingCapacity: true)
        position = 0
    }

    /// Everything that was put aside, in the order of the stream.
    var items: [Item] {
        (others + nodesAside).sorted { $0.place < $1.place }
    }

    /// Leaves the records out that are not committed nodes.
    mutating func leaveOutOthers() {
        others = []
    }

    private mutating func read() throws(StreamError) -> Item? {
        while let item = try cursor.next() {
            let place = cursor.recordCount - 1
            switch item {
            case .plainNode(let node):
                return Item(place: place, range: node.offset..<node.offset + node.size, path: node.path)
            case .record(let record):
                let range = record.offset..<record.offset + record.size
                if case .node(let node) = record.body, node.isCommitted {
                    return Item(place: place, range: range, path: node.path.octets.indices)
                }
                others.append(Item(place: place, range: range))
            // Only a damaged stream has such a span.
            case .damage: break
            }
        }
        return nil
    }
}
