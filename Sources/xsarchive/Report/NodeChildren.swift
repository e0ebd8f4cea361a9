import XenstoreStream

/// The children of each node of a tree, in order: first those whose names are numbers, by value,
/// then the others, by the bytes of their names.
struct NodeChildren {
    /// The children of the first node, then those of the second, and so on.
    private var nodes: [Int32] = []
    /// Where the children of each node begin in `nodes`; at last, where those of the last node end.
    private var starts: [Int32] = []

    init() {}

    /// - Parameters:
    ///   - places: the parent of each node, and the number of its name; the first node has no
    ///     parent.
    ///   - texts: the names.
    init(_ places: PairTable, _ texts: ByteTable) {
        let ranks = Self.ranks(of: places.seconds, texts)
        let all = (1..<Int32(places.count)).map { $0 }
        let byName = Self.grouped(all, count: texts.count) { ranks[Int(places.seconds[Int($0)])] }.items
        (nodes, starts) = Self.grouped(byName, count: places.count) { places.firsts[Int($0)] }
    }

    /// The number of all children.
    var count: Int {
        nodes.count
    }

    /// The children of a node.
    subscript(node: Int) -> ArraySlice<Int32> {
        nodes[Int(starts[node])..<Int(starts[node + 1])]
    }

    /// Takes a node away from the children of the first one.
    mutating func hideFirst(_ child: Int32) {
        guard let place = self[0].firstIndex(of: child) else { return }
        nodes.remove(at: place)
        for node in starts.indices.dropFirst() { starts[node] -= 1 }
    }

    /// Sorts items by their keys; items with one key keep their order.
    /// - Returns: the items, and where those of each key begin.
    private static func grouped(
        _ items: [Int32], count: Int, by key: (Int32) -> Int32
    ) -> (items: [Int32], starts: [Int32]) {
        var starts = Array(repeating: Int32(0), count: count + 1)
        for item in items { starts[Int(key(item)) + 1] += 1 }
        for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
        var (sorted, next) = (items, starts)
        for item in items {
            let key = Int(key(item))
            sorted[Int(next[key])] = item
            next[key] += 1
        }
        return (sorted, starts)
    }

    /// The place of each name among all of them, by the numbers of the texts.
    private static func ranks(of names: [Int32], _ texts: ByteTable) -> [Int32] {
        var ranks = Array(repeating: Int32(-1), count: texts.count)
        var keys: [(name: Int32, number: Int, octets: Octets)] = []
        for name in names where ranks[Int(name)] < 0 {
            ranks[Int(name)] = 0
            let octets = texts[name]
            let isNumber = (1...15).contains(octets.count) && octets.allSatisfy(ASCII.isDigit)
            keys.append(
                (name, isNumber ? octets.reduce(0) { $0 * 10 + Int($1 - ASCII.zero) } : .max, octets))
        }
        keys.sort {
            $0.number != $1.number ? $0.number < $1.number : $0.octets.lexicographicallyPrecedes($1.octets)
        }
        for (rank, key) in keys.enumerated() { ranks[Int(key.name)] = Int32(truncatingIfNeeded: rank) }
        return ranks
    }
}
