/// Two whole streams of one format, read in step: the records that a comparison has to read.
///
/// In two images of a host that follow each other, most committed nodes have the same bytes in the
/// same order. They are compared as bytes, not decoded, and nothing is kept of them except a hash
/// of each path.
package struct StreamsInStep {
    /// Committed nodes that follow each other in both streams, with the same bytes.
    package struct Run {
        /// The number of the first one's record in the old stream, from 0.
        package let old: Int
        /// The same in the new stream.
        package let new: Int
        package fileprivate(set) var count: Int
    }

    /// A record to compare: its number from 0, and its bytes.
    package typealias Item = (place: Int, range: Range<Int>)

    /// The nodes that are the same in both, in order.
    package private(set) var runs: [Run] = []
    /// A record that is the same in both streams: its numbers from 0, and its bytes in the old one.
    package typealias SameItem = (old: Int, new: Int, range: Range<Int>)

    /// The records other than committed nodes, if all of them are the same, in the same order, as
    /// most often; otherwise empty.
    package private(set) var sameOthers: [SameItem] = []
    /// All other records of the old stream.
    package var oldItems: [Item] { old.items.map { ($0.place, $0.range) } }
    /// All other records of the new stream.
    package var newItems: [Item] { new.items.map { ($0.place, $0.range) } }

    private var old: NodeSequence
    private var new: NodeSequence
    private let hash = RunHash()
    /// Hashes of the paths of all nodes in `runs`.
    private var paths: HashSet
    /// How many nodes may differ before the streams count as too different.
    private let mostAside: Int

    /// How many nodes ahead to look for the place where the streams are in step again.
    private static let reach = 4096

    /// - Parameters:
    ///   - old: a stream that can be read to its end.
    ///   - new: the same.
    ///   - format: that of both.
    ///   - nodeCount: the number of nodes in the old stream.
    /// - Returns: nil if only a comparison of all records says what differs: several nodes may have
    ///   one path, or the streams do not stay in step.
    /// - Throws: `StreamError` if one of them cannot be read.
    package init?(old: [UInt8], new: [UInt8], format: StreamFormat, nodeCount: Int) throws(StreamError) {
        self.old = try NodeSequence(old, format)
        self.new = try NodeSequence(new, format)
        paths = HashSet(capacity: nodeCount)
        mostAside = 1024 + nodeCount / 8
        while true {
            guard passRun() else { return nil }
            guard let left = try self.old.node(0), let right = try self.new.node(0) else { break }
            if isSame(left, right) {
                guard add(left.place, right.place, left.path) else { return nil }
                drop((1, 1), puttingAside: false)
            } else {
                guard let step = try nextStep() else { return nil }
                drop(step, puttingAside: true)
                guard self.old.nodesAside.count + self.new.nodesAside.count <= mostAside else { return nil }
            }
        }
        guard try readRest(), hasDifferentPaths(self.old), hasDifferentPaths(self.new) else { return nil }
        let pairs = zip(self.old.others, self.new.others)
        guard self.old.others.count == self.new.others.count, pairs.allSatisfy(isSame) else { return }
        sameOthers = pairs.map { ($0.place, $1.place, $0.range) }
        self.old.leaveOutOthers()
        self.new.leaveOutOthers()
    }

    /// Whether two streams of one format have the same committed nodes in the same order, as bytes.
    /// - Throws: `StreamError` if one of them cannot be read up to the first that differs.
    package static func haveSameNodes(
        _ old: [UInt8], _ new: [UInt8], _ format: StreamFormat
    ) throws(StreamError) -> Bool {
        var (old, new) = (try NodeSequence(old, format), try NodeSequence(new, format))
        while let left = try old.node(0), let right = try new.node(0) {
            let isSame = old.bytes.withUnsafeBytes { bytes in
                left.range.count == right.range.count
                    && new.bytes.hasBytes(bytes[left.range], at: right.range.lowerBound)
            }
            if !isSame { return false }
            old.drop(1, puttingAside: false)
            new.drop(1, puttingAside: false)
        }
        let counts = (try old.count(upTo: 1), try new.count(upTo: 1))
        return counts == (0, 0)
    }

    private mutating func drop(_ counts: (old: Int, new: Int), puttingAside isKept: Bool) {
        old.drop(counts.old, puttingAside: isKept)
        new.drop(counts.new, puttingAside: isKept)
    }

    /// Passes over plain nodes with the same bytes: nearly the whole stream.
    /// - Returns: false if a path occurs again.
    private mutating func passRun() -> Bool {
        while let offset = old.offset, let other = new.offset, let node = old.cursor.reader.plainNode(at: offset),
            hasSameBytes(offset..<offset + node.size, other)
        {
            guard add(old.place, new.place, node.path) else { return false }
            old.pass(node.size)
            new.pass(node.size)
        }
        return true
    }

    /// Adds a node that is the same in both.
    /// - Returns: false if its path occurs again.
    private mutating func add(_ oldPlace: Int, _ newPlace: Int, _ path: Range<Int>) -> Bool {
        if let last = runs.last, last.old + last.count == oldPlace, last.new + last.count == newPlace {
            runs[runs.count - 1].count += 1
        } else {
            runs.append(Run(old: oldPlace, new: newPlace, count: 1))
        }
        return paths.insert(hash(of: path, in: old))
    }

    private func hash(of range: Range<Int>, in nodes: NodeSequence) -> UInt64 {
        nodes.bytes.withUnsafeBytes { hash.wide(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    private func isSame(_ left: NodeSequence.Item, _ right: NodeSequence.Item) -> Bool {
        left.range.count == right.range.count && hasSameBytes(left.range, right.range.lowerBound)
    }

    private func hasSameBytes(_ range: Range<Int>, _ other: Int) -> Bool {
        old.bytes.withUnsafeBytes { new.bytes.hasBytes($0[range], at: other) }
    }

    /// How many nodes of each stream to put aside here, as they changed, came or went; nil if the
    /// streams do not come in step again.
    private mutating func nextStep() throws(StreamError) -> (old: Int, new: Int)? {
        var most = 4
        while most <= Self.reach {
            let counts = (old: try old.count(upTo: most), new: try new.count(upTo: most))
            if let step = try firstMatch(counts) { return step }
            if counts.old < most && counts.new < most { return counts }
            most *= 4
        }
        return nil
    }

    /// The first of the new nodes ahead that one of the old nodes ahead equals, and that one.
    private mutating func firstMatch(_ counts: (old: Int, new: Int)) throws(StreamError) -> (old: Int, new: Int)? {
        var places: [UInt64: Int] = [:]
        for distance in (0..<counts.old).reversed() {
            if let node = try old.node(distance) { places[hash(of: node.range, in: old)] = distance }
        }
        for distance in 0..<counts.new {
            guard let node = try new.node(distance), let place = places[hash(of: node.range, in: new)],
                let other = try old.node(place), isSame(other, node)
            else { continue }
            return (place, distance)
        }
        return nil
    }

    /// Puts the rest of the longer stream aside.
    /// - Returns: false if that are too many nodes.
    private mutating func readRest() throws(StreamError) -> Bool {
        while true {
            let counts = (old: try old.count(upTo: Self.reach), new: try new.count(upTo: Self.reach))
            if counts == (0, 0) { return true }
            drop(counts, puttingAside: true)
            guard old.nodesAside.count + new.nodesAside.count <= mostAside else { return false }
        }
    }

    /// Whether no node that was put aside has the path of another node of its stream.
    private func hasDifferentPaths(_ nodes: NodeSequence) -> Bool {
        var seen = HashSet(capacity: nodes.nodesAside.count)
        return nodes.nodesAside.allSatisfy { node in
            let hash = hash(of: node.path, in: nodes)
            return !paths.contains(hash) && seen.insert(hash)
        }
    }
}
