import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The committed nodes of an image, or of two images merged, as a tree.
///
/// A node is below its parent's path even if no record has that path: such a parent is a node
/// without content. Paths that are not absolute, like @releaseDomain, are siblings of the root.
struct ReportTree {
    struct Node {
        let parent: Int
        /// The part after the last slash; "/" for the root.
        let name: Octets
        fileprivate(set) var children: [Int] = []
        /// The content in the image (the newer one of two); nil if it has no such node.
        fileprivate(set) var content: Content?
        /// The content in the older of two images.
        fileprivate(set) var oldContent: Content?
        /// Whether a difference between the two contents is none, because an image does not say
        /// enough.
        fileprivate(set) var isIncomparable = false
    }

    struct Content: Equatable {
        let value: Octets
        let perms: [Permission]
        let knowledge: ValueKnowledge
        let knowsPerms: Bool
    }

    private struct Place: Hashable {
        let parent: Int
        let name: OctetsKey

        init(parent: Int, name: Octets) {
            self.parent = parent
            self.name = OctetsKey(name)
        }
    }

    /// A browser is too slow with more nodes. This also limits the cost of hostile paths with a
    /// thousand levels.
    static let mostNodes = 2_000_000
    /// The parent of the root; it is not a node itself.
    private static let top = 0
    private static let root = 1

    private(set) var nodes = [Node(parent: -1, name: []), Node(parent: top, name: [ASCII.slash])]
    private var places: [Place: Int] = [:]
    /// The last path, and each of its ancestors and itself with the place after its name. The next
    /// path most often has most of them, too.
    private var last: (path: Octets, steps: [(end: Int, node: Int)]) = ([], [])
    let isComparison: Bool
    private let redactor: Redactor?

    /// - Throws: `ArchiveError` if there are too many nodes, and the errors of reading the image.
    init(_ image: ScannedImage, comparedWith old: ScannedImage? = nil, _ redactor: Redactor? = nil) throws {
        isComparison = old != nil
        self.redactor = redactor
        if let old { try add(old, isOld: true) }
        try add(image, isOld: false)
        // Every store has a root. If the image has no node at all, the page says so.
        if nodes[Self.root].children.isEmpty && nodes[Self.root].content == nil && nodes[Self.root].oldContent == nil {
            nodes[Self.top].children.removeAll { $0 == Self.root }
        }
        sortChildren()
    }

    private mutating func add(_ image: ScannedImage, isOld: Bool) throws {
        // The second of two images has mostly the paths of the first.
        if nodes.count <= 2 {
            let count = min(image.nodeCount, Self.mostNodes) + 2
            nodes.reserveCapacity(count)
            places.reserveCapacity(count)
        }
        try image.forEachItem { _, item in
            if case .record(let record) = item { try add(record.body, image.format.layout, isOld: isOld) }
        }
    }

    private mutating func add(_ body: RecordBody, _ layout: Layout, isOld: Bool) throws {
        guard case .node(let data) = body, data.isCommitted else { return }
        let index = try place(redactor?.redactedPath(data.path.octets) ?? data.path.octets)
        // If several records have the same path, the last one counts, as in a daemon that restores
        // them.
        let value = redactor?.shown(data.value, at: data.path.octets) ?? data.value
        let content = Content(
            value: value, perms: data.perms, knowledge: ValueKnowledge(data, layout),
            knowsPerms: !layout.isListing || !data.perms.isEmpty)
        if isOld { nodes[index].oldContent = content } else { nodes[index].content = content }
    }

    private mutating func place(_ path: Octets) throws -> Int {
        if nodes[Self.top].children.isEmpty { nodes[Self.top].children = [Self.root] }
        guard Path.isAbsolute(path) else { return try child(path, of: Self.top) }
        if path.count == 1 { return Self.root }
        last.steps.removeLast(last.steps.count - sharedSteps(path))
        var index = last.steps.last?.node ?? Self.root
        let known = last.steps.last.map { $0.end + 1 } ?? 1
        last.path = path
        if known <= path.count {
            var end = known - 1
            for name in path.dropFirst(known).split(separator: ASCII.slash, omittingEmptySubsequences: false) {
                index = try child(name, of: index)
                end += 1 + name.count
                last.steps.append((end, index))
            }
        }
        return index
    }

    /// How many steps of the last path are steps of this one.
    private func sharedSteps(_ path: Octets) -> Int {
        var shared = 0
        while shared < min(path.count, last.path.count),
            path[path.startIndex + shared] == last.path[last.path.startIndex + shared]
        {
            shared += 1
        }
        return last.steps.prefix { step in
            step.end <= shared && (step.end == path.count || path[path.startIndex + step.end] == ASCII.slash)
        }.count
    }

    private mutating func child(_ name: Octets, of parent: Int) throws -> Int {
        let place = Place(parent: parent, name: name)
        if let index = places[place] { return index }
        guard nodes.count < Self.mostNodes else {
            throw ArchiveError(
                .usage,
                "the tree has more than \(Self.mostNodes) nodes, too many for a page; use 'xsarchive ls' and "
                    + "'xsarchive sql'"
            )
        }
        let index = nodes.count
        places[place] = index
        nodes.append(Node(parent: parent, name: name))
        nodes[parent].children.append(index)
        return index
    }

    /// Removes all marks except those of these changes, as the images do not cover the same.
    mutating func keepMarks(of changes: [Change]) {
        for index in nodes.indices { nodes[index].isIncomparable = true }
        for change in changes where change.kind == .node || change.kind == .perms {
            guard change.identity.isEmpty, let path = change.path,
                let index = find(redactor?.redactedPath(path) ?? path)
            else { continue }
            nodes[index].isIncomparable = false
        }
    }

    /// Numbers come first, by value; other names follow, by their bytes.
    private mutating func sortChildren() {
        for index in nodes.indices where nodes[index].children.count > 1 {
            let keys = nodes[index].children.map { child in
                let name = nodes[child].name
                let isNumber = (1...15).contains(name.count) && name.allSatisfy(ASCII.isDigit)
                return (
                    child: child, number: isNumber ? name.reduce(0) { $0 * 10 + Int($1 - ASCII.zero) } : .max,
                    name: name
                )
            }
            nodes[index].children = keys.sorted {
                $0.number != $1.number ? $0.number < $1.number : $0.name.lexicographicallyPrecedes($1.name)
            }.map(\.child)
        }
    }

    // MARK: Lookup

    /// The node at a path; nil if the tree has no such node.
    func find(_ path: Octets) -> Int? {
        guard Path.isAbsolute(path) else { return places[Place(parent: Self.top, name: path)] }
        return path.count == 1
            ? Self.root
            : find(path.dropFirst().split(separator: ASCII.slash, omittingEmptySubsequences: false), from: Self.root)
    }

    /// The node below another one, by the names on the path to it.
    func find(_ names: [Octets], from start: Int) -> Int? {
        var index = start
        for name in names {
            guard let child = places[Place(parent: index, name: name)] else { return nil }
            index = child
        }
        return index
    }

    func find(_ path: String) -> Int? {
        find(Octets(path.utf8))
    }

    /// The path of a node.
    func path(_ index: Int) -> Octets {
        var names: [Octets] = []
        var index = index
        while index > Self.root {
            names.append(nodes[index].name)
            index = nodes[index].parent
        }
        // A path that is not absolute is one name.
        guard index == Self.root else { return names.last ?? [] }
        return names.isEmpty ? [ASCII.slash] : names.reversed().reduce(into: Octets()) { $0 += [ASCII.slash] + $1 }
    }

    func children(of index: Int?) -> [Int] {
        index.map { nodes[$0].children } ?? []
    }

    /// Calls `body` for all nodes with their depth, parents before their children, siblings in
    /// order.
    func forEachNode(_ body: (_ index: Int, _ depth: Int) -> Void) {
        // An explicit stack, as hostile paths have thousands of levels.
        var pending = nodes[Self.top].children.reversed().map { (index: $0, depth: 0) }
        while let (index, depth) = pending.popLast() {
            body(index, depth)
            pending += nodes[index].children.reversed().map { ($0, depth + 1) }
        }
    }
}

extension ReportTree.Node {
    /// How the node differs between the older image and the newer.
    enum Mark: Int32 {
        case same, added, removed, changed
    }

    var mark: Mark {
        if isIncomparable { return .same }
        return switch (oldContent, content) {
        case (nil, .some): .added
        case (.some, nil): .removed
        case (let old, let new): old == new ? .same : .changed
        }
    }
}
