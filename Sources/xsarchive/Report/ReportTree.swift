import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The committed nodes of an image, or of two images merged, as a tree.
///
/// A node is below its parent's path even if no record has that path: such a parent is a node
/// without content. Paths that are not absolute, like @releaseDomain, are siblings of the root.
///
/// A node is an index. What it has is in arrays: as objects, the nodes of a large host took as much
/// memory as five of its images.
struct ReportTree {
    /// What an image says of a node.
    struct Content: Equatable {
        /// The number of the value among `texts`.
        let value: Int32
        /// The number of the permissions among `lists`.
        let perms: Int32
        let knowledge: ValueKnowledge
        let knowsPerms: Bool
    }

    /// A browser is too slow with more nodes. This also limits the cost of hostile paths with a
    /// thousand levels.
    static let mostNodes = 2_000_000
    /// The parent of the root; it is not a node itself.
    private static let top = 0
    private static let root = 1

    /// The names and values.
    private(set) var texts = ByteTable()
    /// The lists of permissions, in the form of a little-endian stream.
    private(set) var lists = ByteTable()
    /// The parent and the name of each node.
    private var places: PairTable
    /// The content in the image (the newer one of two); nil if it has no such node.
    private var contents: [Content?] = []
    /// The content in the older of two images; empty unless two are compared.
    private var oldContents: [Content?] = []
    /// The nodes whose contents can be compared; nil: all.
    private var comparable: Set<Int>?
    /// The children of all nodes, those of each node together and in order, and where they end.
    private var children = NodeChildren()
    /// The last path, and each of its ancestors and itself with the place after its name. The next
    /// path most often has most of them, too.
    private var last: (path: [UInt8], steps: [(end: Int, node: Int)]) = ([], [])
    private var isFull = false
    let isComparison: Bool
    private let redactor: Redactor?

    /// - Throws: `ArchiveError` if there are too many nodes, and the errors of reading the image.
    init(_ image: ScannedImage, comparedWith old: ScannedImage? = nil, _ redactor: Redactor? = nil) throws {
        isComparison = old != nil
        self.redactor = redactor
        // The second of two images has mostly the paths of the first.
        let count = min((old ?? image).nodeCount, Self.mostNodes) + 2
        places = PairTable(capacity: count)
        contents.reserveCapacity(count)
        if isComparison { oldContents.reserveCapacity(count) }
        addNode(places.index(of: -1, texts.index(of: [])))
        addNode(places.index(of: Int32(Self.top), texts.index(of: [ASCII.slash])))
        if let old { try add(old, isOld: true) }
        try add(image, isOld: false)
        children = NodeChildren(places, texts)
        // Every store has a root. If the image has no node at all, the page says so.
        let isBare = content(Self.root) == nil && oldContent(Self.root) == nil && children(of: Self.root).isEmpty
        if isBare { children.hideFirst(Int32(Self.root)) }
    }

    private mutating func addNode(_ index: Int32) {
        guard index >= contents.count else { return }
        contents.append(nil)
        if isComparison { oldContents.append(nil) }
    }

    private mutating func add(_ image: ScannedImage, isOld: Bool) throws {
        let (layout, byteOrder) = (image.format.layout, image.format.byteOrder)
        let numbers = PermissionCache<Int32>()
        try image.bytes.withUnsafeBytes { stream in
            func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: stream[range]) }
            try image.forEachItem(where: { index in
                // Nearly all nodes are plain, and need no copy of their fields.
                guard redactor == nil, let node = image.plainNode(index) else { return true }
                let list = part(node.perms)
                let perms = numbers.value(of: list) { self.list(Permission.list(list, byteOrder)) }
                let content = Content(
                    value: texts.index(of: part(node.value)), perms: perms, knowledge: .whole,
                    knowsPerms: !layout.isListing || !node.perms.isEmpty)
                add(content, at: part(node.path), isOld: isOld)
                return false
            }) { _, item in
                if case .record(let record) = item { add(record.body, layout, isOld: isOld) }
            }
        }
        if isFull {
            throw ArchiveError(
                .usage,
                "the tree has more than \(Self.mostNodes) nodes, too many for a page; use 'xsarchive ls' and "
                    + "'xsarchive sql'")
        }
    }

    private mutating func add(_ body: RecordBody, _ layout: Layout, isOld: Bool) {
        guard case .node(let data) = body, data.isCommitted else { return }
        let path = redactor?.redactedPath(data.path.octets) ?? data.path.octets
        let value = redactor?.shown(data.value, at: data.path.octets) ?? data.value
        let content = Content(
            value: texts.index(of: value), perms: list(data.perms), knowledge: ValueKnowledge(data, layout),
            knowsPerms: !layout.isListing || !data.perms.isEmpty)
        path.withUnsafeBytes { add(content, at: $0, isOld: isOld) }
    }

    /// The number of a list of permissions.
    private mutating func list(_ perms: [Permission]) -> Int32 {
        lists.index(of: Permission.bytes(of: perms, .little))
    }

    /// If several records have the same path, the last one counts, as in a daemon that restores
    /// them.
    private mutating func add(_ content: Content, at path: UnsafeRawBufferPointer, isOld: Bool) {
        guard let index = place(path) else { return }
        if isOld { oldContents[index] = content } else { contents[index] = content }
    }

    /// The node at a path, which is added if it is new; nil if there are too many.
    private mutating func place(_ path: UnsafeRawBufferPointer) -> Int? {
        guard path.first == ASCII.slash else { return child(path, of: Self.top) }
        if path.count == 1 { return Self.root }
        last.steps.removeLast(last.steps.count - sharedSteps(path))
        var index = last.steps.last?.node ?? Self.root
        var start = last.steps.last.map { $0.end + 1 } ?? 1
        last.path.removeAll(keepingCapacity: true)
        last.path.append(contentsOf: path)
        while start <= path.count {
            let end = path[start...].firstIndex(of: ASCII.slash) ?? path.count
            guard let child = child(UnsafeRawBufferPointer(rebasing: path[start..<end]), of: index) else { return nil }
            index = child
            last.steps.append((end, index))
            start = end + 1
        }
        return index
    }

    /// How many steps of the last path are steps of this one.
    private func sharedSteps(_ path: UnsafeRawBufferPointer) -> Int {
        let shared = last.path.withUnsafeBytes { last in
            let most = min(path.count, last.count)
            return (0..<most).first { path[$0] != last[$0] } ?? most
        }
        return last.steps.prefix { step in
            step.end <= shared && (step.end == path.count || path[step.end] == ASCII.slash)
        }.count
    }

    private mutating func child(_ name: UnsafeRawBufferPointer, of parent: Int) -> Int? {
        let name = texts.index(of: name)
        if places.count >= Self.mostNodes, places.find(Int32(parent), name) == nil {
            isFull = true
            return nil
        }
        let index = places.index(of: Int32(parent), name)
        addNode(index)
        return Int(index)
    }

    /// Removes all marks except those of these changes, as the images do not cover the same.
    mutating func keepMarks(of changes: [Change]) {
        comparable = []
        for change in changes where change.kind == .node || change.kind == .perms {
            guard change.identity.isEmpty, let path = change.path,
                let index = find(redactor?.redactedPath(path) ?? path)
            else { continue }
            comparable?.insert(index)
        }
    }

    // MARK: Nodes

    /// The number of nodes.
    var nodeCount: Int {
        children.count
    }

    /// One more than the highest index of a node.
    var endIndex: Int {
        places.count
    }

    /// The number of a node's name among `texts`: the part after the last slash, "/" for the root.
    func nameNumber(_ index: Int) -> Int32 {
        places.seconds[index]
    }

    func name(_ index: Int) -> Octets {
        texts[nameNumber(index)]
    }

    /// The content in the image (the newer one of two); nil if it has no such node.
    func content(_ index: Int) -> Content? {
        contents[index]
    }

    /// The content in the older of two images.
    func oldContent(_ index: Int) -> Content? {
        isComparison ? oldContents[index] : nil
    }

    func value(_ content: Content) -> Octets {
        texts[content.value]
    }

    func children(of index: Int) -> [Int] {
        children[index].map(Int.init)
    }

    /// How the node differs between the older image and the newer.
    enum Mark: Int32 {
        case same, added, removed, changed
    }

    /// How a node differs between the older image and the newer.
    func mark(_ index: Int) -> Mark {
        if let comparable, !comparable.contains(index) { return .same }
        return switch (oldContent(index), content(index)) {
        case (nil, .some): .added
        case (.some, nil): .removed
        case (let old, let new): old == new ? .same : .changed
        }
    }

    // MARK: Lookup

    /// The node at a path; nil if the tree has no such node.
    func find(_ path: Octets) -> Int? {
        guard Path.isAbsolute(path) else { return find([path], from: Self.top) }
        return path.count == 1
            ? Self.root
            : find(path.dropFirst().split(separator: ASCII.slash, omittingEmptySubsequences: false), from: Self.root)
    }

    /// The node below another one, by the names on the path to it.
    func find(_ names: [Octets], from start: Int) -> Int? {
        var index = start
        for name in names {
            guard let number = texts.find(name), let child = places.find(Int32(index), number) else { return nil }
            index = Int(child)
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
            names.append(name(index))
            index = Int(places.firsts[index])
        }
        // A path that is not absolute is one name.
        guard index == Self.root else { return names.last ?? [] }
        return names.isEmpty ? [ASCII.slash] : names.reversed().reduce(into: Octets()) { $0 += [ASCII.slash] + $1 }
    }

    /// Calls `body` for all nodes with their depth, parents before their children, siblings in
    /// order.
    func forEachNode(_ body: (_ index: Int, _ depth: Int) -> Void) {
        // An explicit stack, as hostile paths have thousands of levels.
        var pending: [(index: Int32, depth: Int32)] = children[Self.top].reversed().map { ($0, 0) }
        while let (index, depth) = pending.popLast() {
            body(Int(index), Int(depth))
            for child in children[Int(index)].reversed() { pending.append((child, depth + 1)) }
        }
    }
}
