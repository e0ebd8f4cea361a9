import XenstoreStream

/// The nodes that were read from a daemon, by path.
///
/// A host has hundreds of thousands of nodes, so none has memory of its own: the bytes of all are
/// in one array. What is replaced or removed there is garbage until the array is written again.
struct StoreTree {
    /// Where the bytes of a node are: its path, its value, and the names of its children with a NUL
    /// after each, as the daemon listed them. Some children may not have been read, or be gone.
    private struct Place {
        var start: UInt32 = 0
        var pathCount: UInt32 = 0
        var valueCount: UInt32 = 0
        var listCount: UInt32 = 0
        /// The number of its permissions.
        var perms: Int32 = 0

        /// A place that is free; a path is never empty.
        static let free = Place()

        var isFree: Bool { pathCount == 0 }
        var count: Int { Int(pathCount) + Int(valueCount) + Int(listCount) }
        var path: Range<Int> { Int(start)..<Int(start) + Int(pathCount) }
        var value: Range<Int> { path.upperBound..<path.upperBound + Int(valueCount) }
        var list: Range<Int> { value.upperBound..<value.upperBound + Int(listCount) }
    }

    private var bytes: [UInt8] = []
    private var places: [Place] = []
    private var freePlaces: [Int] = []
    private var table = NumberTable()
    /// The different lists of permissions, four bytes an entry.
    private var lists = ByteTable()
    /// How many of `bytes` are of no node any more, and how many lists there were when they were
    /// looked at last.
    private var garbage = 0
    private var keptLists = 0
    private let hash = RunHash()
    /// The paths whose nodes came, went or changed since this was emptied; nil: they are not noted.
    var touched: Set<Octets>?

    /// The most bytes; a place has no room for more.
    static let mostBytes = 1 << 31

    /// The number of nodes.
    var count: Int {
        table.count
    }

    /// The number of bytes that the nodes and what they replaced take.
    var byteCount: Int {
        bytes.count
    }

    // MARK: Looking

    private func index(of path: Octets) -> Int? {
        path.withUnsafeBytes { path in
            bytes.withUnsafeBytes { bytes in
                table.number(hash(path)) {
                    UnsafeRawBufferPointer(rebasing: bytes[places[$0].path]).hasSameBytes(as: path)
                }
            }
        }
    }

    /// Whether there is a node.
    func contains(_ path: Octets) -> Bool {
        index(of: path) != nil
    }

    /// Whether the parent's list of children has a path; nil if there is no such parent.
    func lists(_ path: Octets, of parent: Octets) -> Bool? {
        index(of: parent).map { names($0).contains(Path.name(of: path)) }
    }

    /// The paths of a node's children as they are listed.
    func children(of path: Octets) -> [Octets] {
        index(of: path).map { names($0).map { Path.child($0, of: path) } } ?? []
    }

    private func names(_ index: Int) -> [Octets] {
        bytes[places[index].list].dropLast().split(separator: ASCII.nul)
    }

    /// The node at a path, whose fields are slices of the tree's memory; nil if there is none.
    func node(_ path: Octets) -> NodeData? {
        index(of: path).map { index in
            let place = places[index]
            return NodeData(
                path: TerminatedString(bytes[place.path]), value: bytes[place.value], perms: perms(place.perms))
        }
    }

    private func perms(_ list: Int32) -> [Permission] {
        lists.withBytes(list) { Permission.list($0, .native) }
    }

    /// Calls `body` with the paths at and below one that are in the tree, parents before children,
    /// children in the order of their list.
    private func forEach(from top: Octets, _ body: (Octets) -> Void) {
        var waiting = [top]
        while let path = waiting.popLast() {
            guard contains(path) else { continue }
            body(path)
            waiting.append(contentsOf: children(of: path).reversed())
        }
    }

    /// The paths at and below one, parents before children.
    func paths(from top: Octets) -> PathPile {
        var paths = PathPile()
        forEach(from: top) { paths.append($0) }
        return paths
    }

    /// The number of nodes at and below a path.
    func count(from top: Octets) -> Int {
        var count = 0
        forEach(from: top) { _ in count += 1 }
        return count
    }

    /// The domains that permissions name.
    var namedDomids: Set<UInt16> {
        var domids: Set<UInt16> = []
        var seen: Set<Int32> = []
        for place in places where !place.isFree && seen.insert(place.perms).inserted {
            domids.formUnion(perms(place.perms).map(\.domid))
        }
        return domids
    }

    /// The paths of the nodes whose permissions name one of the domains.
    func paths(naming domids: Set<UInt16>) -> [Octets] {
        var known: [Int32: Bool] = [:]
        return places.compactMap { place in
            guard !place.isFree else { return nil }
            let isNaming = known[place.perms] ?? perms(place.perms).contains { domids.contains($0.domid) }
            known[place.perms] = isNaming
            return isNaming ? Octets(Array(bytes[place.path])) : nil
        }
    }

    // MARK: Changing

    /// Stores a node; what is below children that it no longer has is dropped.
    /// - Parameters:
    ///   - perms: four bytes an entry, as in a stream.
    ///   - children: the names of the children as the daemon listed them.
    /// - Returns: the paths of children that are not in the tree.
    mutating func store(_ path: Octets, value: Octets, perms: [UInt8], children: [Octets]) -> [Octets] {
        defer { tidy() }
        let list = perms.withUnsafeBytes { lists.index(of: $0) }
        if let index = index(of: path) {
            guard let gone = gone(index, value, list, children) else { return missing(children, path) }
            for name in gone { drop(Path.child(name, of: path)) }
            garbage += places[index].count
            places[index] = append(path, value, list, children)
        } else {
            let place = append(path, value, list, children)
            let index = freePlaces.popLast() ?? places.count
            if index == places.count { places.append(place) } else { places[index] = place }
            table.insert(index, path.withUnsafeBytes { hash($0) })
        }
        touched?.insert(path)
        return missing(children, path)
    }

    private func missing(_ children: [Octets], _ path: Octets) -> [Octets] {
        children.map { Path.child($0, of: path) }.filter { !contains($0) }
    }

    /// The names of children that a node has no longer; nil if it is the same as before. No slice
    /// of the tree's bytes may be left when they are changed: it would make a copy of all.
    private func gone(_ index: Int, _ value: Octets, _ perms: Int32, _ children: [Octets]) -> [Octets]? {
        let (place, before) = (places[index], names(index))
        if place.perms == perms, bytes[place.value] == value, before == children { return nil }
        let names = Set(children)
        return before.filter { !names.contains($0) }.map { Octets(Array($0)) }
    }

    private mutating func append(_ path: Octets, _ value: Octets, _ perms: Int32, _ children: [Octets]) -> Place {
        var place = Place(start: UInt32(truncatingIfNeeded: bytes.count))
        bytes.append(contentsOf: path)
        bytes.append(contentsOf: value)
        for name in children {
            bytes.append(contentsOf: name)
            bytes.append(ASCII.nul)
        }
        place.pathCount = UInt32(truncatingIfNeeded: path.count)
        place.valueCount = UInt32(truncatingIfNeeded: value.count)
        place.listCount = UInt32(truncatingIfNeeded: bytes.count - Int(place.start) - path.count - value.count)
        place.perms = perms
        return place
    }

    /// Drops a node and everything below it.
    mutating func remove(_ path: Octets) {
        drop(path)
        tidy()
    }

    private mutating func drop(_ path: Octets) {
        var waiting = [path]
        while let next = waiting.popLast() {
            guard let index = index(of: next) else { continue }
            for name in names(index) { waiting.append(Path.child(name, of: next)) }
            table.remove(index, next.withUnsafeBytes { hash($0) })
            garbage += places[index].count
            places[index] = Place.free
            freePlaces.append(index)
            touched?.insert(next)
        }
    }

    /// Writes the bytes and the lists again, without the garbage, if there is much.
    private mutating func tidy() {
        let hasManyLists = lists.count > 2 * keptLists + 4096
        guard hasManyLists || garbage > bytes.count / 2 && garbage > 1 << 20 else { return }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count - garbage)
        var keptTable = ByteTable()
        var numbers: [Int32: Int32] = [:]
        for index in places.indices where !places[index].isFree {
            let place = places[index]
            places[index].start = UInt32(truncatingIfNeeded: kept.count)
            kept.append(contentsOf: bytes[place.path.lowerBound..<place.list.upperBound])
            let number = numbers[place.perms] ?? lists.withBytes(place.perms) { keptTable.index(of: $0) }
            numbers[place.perms] = number
            places[index].perms = number
        }
        (bytes, garbage, lists, keptLists) = (kept, 0, keptTable, keptTable.count)
    }
}
