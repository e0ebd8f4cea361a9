/// Reads one listing of a text: the paths of its nodes, what it covers, and what was done to read
/// it.
struct ListingReader {
    /// A node at its place in the tree, or why its line is not used.
    struct Item {
        let entry: ListingEntry
        let node: NodeData
        /// Nil if the node counts.
        let problem: String?
    }

    let root: TreeRoot
    let coverage: Coverage
    private(set) var items: [Item] = []
    /// What was done, or is odd: one of each kind, with the index of an item.
    private(set) var remarks: [(rule: Rule, item: Int, message: String)] = []

    private let block: ListingBlock

    /// - Parameters:
    ///   - block: the listing.
    ///   - given: where the tree hangs, as the user said; nil: as the text says.
    init(_ block: ListingBlock, root given: TreeRoot?) {
        self.block = block
        let relative = Self.relativePaths(block)
        let root = Self.root(block, relative.paths, given)
        self.root = root
        let last = Self.lastPlaces(relative.paths, count: relative.count)
        let width = block.form == .tree ? Self.width(block) : Int.max
        var cutPaths: Set<Octets> = []
        for (index, entry) in block.entries.enumerated() {
            let isPlaced = index < relative.count
            let path = isPlaced ? Self.path(relative.paths[index], below: root, block.form) : entry.line.name
            var problem: String?
            if !isPlaced {
                problem = "the indentation fits no line above it"
            } else if last[relative.paths[index]] != index {
                problem = Self.repeated
            } else if path.count >= OxenstoredDialect.longest || entry.line.value.count > OxenstoredDialect.longest
                || (entry.line.perms?.count ?? 0) > OxenstoredDialect.longest
            {
                problem = "the path, the value or the permissions are longer than a node can have"
            }
            var node = NodeData(path: TerminatedString(path), value: entry.line.value, perms: entry.line.perms ?? [])
            node.access = entry.line.knowledge.mark
            let depth = isPlaced ? relative.paths[index].count(where: { $0 == ASCII.slash }) : 0
            if entry.line.name.count >= TreeLine.longestName(width: width, depth: depth)
                || (!cutPaths.isEmpty && cutPaths.contains(Self.parent(of: path)))
            {
                cutPaths.insert(path)
                node.access |= ValueKnowledge.cutPathMark
            }
            items.append(Item(entry: entry, node: node, problem: problem))
        }
        coverage = Self.coverage(block, root, items)
        note(relative.count)
    }

    // MARK: Paths

    /// The path of each entry, below the listing's root or as it says, and how many have one: in a
    /// tree, those up to the line whose indentation fits no line above it.
    private static func relativePaths(_ block: ListingBlock) -> (paths: [Octets], count: Int) {
        guard block.form == .tree else {
            let paths = block.entries.map(\.line.name)
            return (paths, paths.count)
        }
        var paths: [Octets] = []
        paths.reserveCapacity(block.entries.count)
        var above: [(indent: Int, path: Octets)] = []
        for entry in block.entries {
            let line = entry.line
            var sibling: Int?
            while let last = above.last, last.indent >= line.indent {
                sibling = last.indent
                above.removeLast()
            }
            // Siblings stand in one column.
            if let sibling, sibling != line.indent { break }
            let path = above.last.map { Path.child(line.name, of: $0.path) } ?? line.name
            // No node of a daemon lies deeper.
            guard path.count <= OxenstoredDialect.longest else { break }
            paths.append(path)
            above.append((line.indent, path))
        }
        return (paths, paths.count)
    }

    /// The last place of each path.
    private static func lastPlaces(_ paths: [Octets], count: Int) -> [Octets: Int] {
        var places: [Octets: Int] = [:]
        places.reserveCapacity(count)
        for (index, path) in paths.enumerated() { places[path] = index }
        return places
    }

    private static func path(_ relative: Octets, below root: TreeRoot, _ form: ListingLine.Form) -> Octets {
        if Path.isFixed(relative) || root.path.isEmpty { return relative }
        // With -f, the tool prints the path that it was given, so this is part of the line.
        if form != .tree && root.source != .option { return relative }
        return Path.child(relative, of: root.path)
    }

    /// The columns at which the tool cut the lines: a line with a cut value shows it.
    private static func width(_ block: ListingBlock) -> Int {
        var widths: [Int: Int] = [:]
        for entry in block.entries where entry.line.knowledge == .cut && entry.lines.count == 1 {
            widths[entry.line.cutWidth, default: 0] += 1
        }
        return widths.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? TreeLine.usualWidth
    }

    // MARK: The root

    private static let hostNames = ["tool", "local", "vm", "libxl"].map { Octets($0.utf8) }

    private static func root(_ block: ListingBlock, _ paths: [Octets], _ given: TreeRoot?) -> TreeRoot {
        if block.form != .tree, paths.allSatisfy(Path.isFixed) { return .absolute }
        // The lines that another program left may begin anywhere in the tree.
        let isPartOfTree = block.form == .tree && block.command?.isFiltered == true
        if let path = block.command?.path, Path.isAbsolute(path), !isPartOfTree { return TreeRoot(path, .command) }
        // What the command names may itself be relative to a domain's home.
        let isHost = block.form == .tree && paths.contains { $0.elementsEqual("local/domain".utf8) }
        let below = block.form == .tree && !isHost ? block.command?.path : nil
        if let given, given.source == .option {
            // An archived listing is read again with the whole root.
            let isWhole = below.map { given.path.suffix($0.count + 1).elementsEqual([ASCII.slash] + $0) } ?? true
            return TreeRoot(isWhole ? given.path : Path.child(below ?? [], of: given.path), .option)
        }
        if let below { return TreeRoot(below, .command) }
        return isHost ? TreeRoot(Path.root, .content) : TreeRoot([], .unknown)
    }

    // MARK: Coverage

    private static func coverage(_ block: ListingBlock, _ root: TreeRoot, _ items: [Item]) -> Coverage {
        var areas = nodeAreas(block, root, items)
        // Permissions are known of every node that the listing has.
        if block.entries.contains(where: { $0.line.perms != nil }) {
            areas.append(
                Coverage.Area(.permissions, root: root.isAbsolute ? Path.root : root.path, includesRoot: false))
        }
        // Nodes with a name that the tool cut off are there, under unknown paths.
        let above = Set(
            items.filter { $0.node.access & ValueKnowledge.cutPathMark != 0 }.map { parent(of: $0.node.path.octets) })
        for path in above where !areas.contains(where: { $0.kind == .nodes && $0.root == path }) && !areas.isEmpty {
            areas.append(Coverage.Area(.nodes, root: path, includesRoot: false, isCovered: false))
        }
        guard block.hasErrors else { return Coverage(areas) }
        let kinds = areas.map(\.kind)
        var unread: Set<Octets> = []
        for item in items where item.entry.line.knowledge == .unknown {
            let path = item.node.path.octets
            guard unread.insert(path).inserted else { continue }
            for kind in Set(kinds) where !areas.contains(where: { $0.kind == kind && $0.root == path }) {
                areas.append(Coverage.Area(kind, root: path, includesRoot: kind != .nodes, isCovered: false))
            }
        }
        return Coverage(areas)
    }

    /// Where the listing has every node.
    private static func nodeAreas(_ block: ListingBlock, _ root: TreeRoot, _ items: [Item]) -> [Coverage.Area] {
        // Another program took lines out, the tool ended early, the text is cut off, or a script
        // asked for some paths.
        if block.command?.isFiltered == true || block.endsEarly || block.isCut || block.form == .pairs { return [] }
        if let path = block.command?.path {
            let isBelow = block.form != .tree && (Path.isFixed(path) || root.source != .option)
            let top = block.form == .tree ? root.path : isBelow ? path : Path.child(path, of: root.path)
            return [Coverage.Area(.nodes, root: top, includesRoot: false)]
        }
        let isHost = hostPaths.allSatisfy { path in
            items.contains { $0.problem == nil && $0.node.path.octets.hasSameBytes(as: path) }
        }
        if isHost {
            return [Coverage.Area(.nodes, root: Path.root, includesRoot: false)]
        }
        let paths = Set(items.lazy.filter { $0.problem == nil }.map(\.node.path.octets))
        // Without a command, the tops show whether lines are missing: a part that was copied as it
        // is has them in one place.
        var tops: [Octets] = []
        for item in items where item.problem == nil {
            let path = item.node.path.octets
            let parent = parent(of: path)
            if parent.isEmpty || !paths.contains(parent) { tops.append(path) }
        }
        guard Set(tops.map(parent)).count == 1, tops.count <= mostTops else { return [] }
        return tops.map { Coverage.Area(.nodes, root: $0) }
    }

    /// More nodes than a part of a tree has at its top.
    private static let mostTops = 256

    private static let hostPaths = ["/local/domain", "/tool", "/vm", "/libxl"].map { Octets($0.utf8) }

    /// The path before the last slash, also of a relative path.
    private static func parent(of path: Octets) -> Octets {
        guard let slash = path.lastIndex(of: ASCII.slash) else { return [] }
        return slash == path.startIndex && path.count > 1 ? Path.root : path[..<slash]
    }

    // MARK: Remarks

    private mutating func note(_ placed: Int) {
        if root.source == .unknown {
            remarks.append((.unknownRoot, 0, "the root of the tree is unknown, so its paths are relative"))
        } else if !root.isAbsolute {
            remarks.append(
                (.unknownRoot, 0, "it is unknown whose \(Escape.short(root.path)) it is, so its paths are relative"))
        }
        let wrapped = items.indices.filter { items[$0].entry.lines.count > 1 }
        note(
            wrapped, .unwrappedLine, one: "line of a node was wrapped, and is joined",
            many: "lines of nodes were wrapped, and are joined")
        note(
            items.indices.filter { items[$0].entry.line.knowledge == .cut }, .cutValue, one: "value is cut off",
            many: "values are cut off")
        note(
            items.indices.filter { items[$0].entry.line.knowledge == .unknown }, .unknownValue,
            one: "value is not there", many: "values are not there")
        note(
            items.indices.filter { items[$0].node.access & ValueKnowledge.cutPathMark != 0 }, .cutName,
            one: "path has a name as long as a line, which may be cut off",
            many: "paths have a name as long as a line, which may be cut off")
        if placed < items.count {
            let count = items.count - placed
            remarks.append(
                (
                    .treeIndentation, placed,
                    "\(count) \(count == 1 ? "line is" : "lines from here on are") not used: the indentation "
                        + "fits no line above"
                ))
        }
        note(
            items.indices.filter { items[$0].problem == Self.repeated }, .duplicateNode,
            one: "path occurs again, and the last one counts", many: "paths occur again, and the last one counts")
        if block.command?.isFiltered == true {
            remarks.append((.filteredListing, 0, "the command above it takes lines out"))
        } else if block.endsEarly && !block.hasErrors {
            remarks.append((.filteredListing, 0, "the text says that lines were left out"))
        }
        if block.isCut {
            remarks.append(
                (.cutLine, items.count - 1, "the text is cut off in its last line: what would follow is missing"))
        }
        if block.hasErrors {
            remarks.append(
                (
                    .listingError, items.count - 1,
                    block.endsEarly
                        ? "xenstore-ls failed here: what would follow is missing"
                        : "xenstore-ls could not read every node"
                ))
        }
    }

    private static let repeated = "the path occurs again below, and the last one counts"

    private mutating func note(_ indices: [Int], _ rule: Rule, one: String, many: String) {
        guard let first = indices.first else { return }
        let what = indices.count == 1 ? "1 \(one): " : "\(indices.count) \(many); the first is "
        remarks.append((rule, first, what + Escape.short(items[first].node.path.octets)))
    }
}
