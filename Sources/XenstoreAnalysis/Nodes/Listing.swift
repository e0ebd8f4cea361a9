import XenstoreArchive
import XenstoreStream

/// Prints nodes and values exactly as xenstore-ls and xenstore-read of Xen 4.17 do.
public struct Listing {
    /// xenstore-ls -f: full paths, nothing cut off.
    public var showsPaths: Bool
    /// xenstore-ls -p: permissions after the values.
    public var showsPerms: Bool
    /// The line's width in columns; 80 if the output is not a terminal.
    public var width: Int

    /// Creates a listing with these options of xenstore-ls.
    public init(showsPaths: Bool = false, showsPerms: Bool = false, width: Int = 80) {
        self.showsPaths = showsPaths
        self.showsPerms = showsPerms
        self.width = width
    }

    /// Calls `print` with each line of everything below `path`, including its newline.
    /// - Throws: `ArchiveError` if the path is not valid or no node has it.
    public func list(_ tree: NodeTree, path: Octets, _ print: ([UInt8]) throws -> Void) throws {
        let root = try Self.find(tree, path)
        // An explicit stack, as a path from a hostile image may have thousands of levels.
        var pending = root.children.reversed().map { (index: $0, depth: 0) }
        while let (index, depth) = pending.popLast() {
            let node = tree.nodes[index]
            try print(line(node, depth: depth))
            pending += node.children.reversed().map { ($0, depth + 1) }
        }
    }

    /// A node's value as xenstore-read prints it: escaped, with a newline.
    /// - Throws: `ArchiveError` if the path is not valid, no node has it, or its value is unknown.
    public static func value(_ tree: NodeTree, path: Octets) throws -> [UInt8] {
        ToolEscape.text(try known(find(tree, path)).value) + [ASCII.newline]
    }

    /// The node, if the image says its value, or the beginning of it.
    /// - Throws: `ArchiveError` if the value is unknown.
    public static func known(_ node: NodeTree.Node) throws -> NodeTree.Node {
        guard node.knowledge != .unknown else {
            throw ArchiveError(
                .noSuchNode, "\(name(node.path)): the node is there, but the image does not say its value")
        }
        return node
    }

    /// The node at a path that is absolute or, as in the tools, relative to domain 0's home.
    /// - Throws: `ArchiveError` if the path is not valid or no node has it.
    public static func find(_ tree: NodeTree, _ path: Octets) throws -> NodeTree.Node {
        if !Path.isAbsolute(tree.root), let node = tree.node(at: Path.isRoot(path) ? tree.root : path) { return node }
        let isAbsolute = Path.isFixed(path)
        let whole = isAbsolute ? path : NodeTree.home + path
        guard !path.isEmpty else { throw ArchiveError(.usage, "the path is empty; use / for the root") }
        guard whole.count == 1 || whole.last != ASCII.slash else {
            throw ArchiveError(.usage, "\(name(path)): a path cannot end in a slash; remove it")
        }
        guard let node = tree.node(at: whole) else {
            let rooted = isAbsolute ? path : [ASCII.slash] + path
            let nearest = (tree.node(at: rooted).map(\.path) ?? tree.nearest(to: whole)).map {
                "did you mean \(name($0))?"
            }
            throw ArchiveError(
                whole.count == 1 ? .noTree : .noSuchNode, "\(name(path)): the image has no such node",
                suggestion: nearest)
        }
        return node
    }

    private static func name(_ path: Octets) -> String {
        String(decoding: ToolEscape.text(path), as: UTF8.self)
    }

    private func line(_ node: NodeTree.Node, depth: Int) -> [UInt8] {
        var line: [UInt8] = []
        let value = ToolEscape.text(node.value)
        if showsPaths {
            line += ToolEscape.text(node.path)
            line += Self.quoted(value[...], node.knowledge)
            if showsPerms { line.append(0x20) }
        } else {
            return treeLine(node, depth: depth)
        }
        if showsPerms { line += Array("  (\(node.knowsPerms ? Self.perms(node.perms) : "?"))".utf8) }
        return line + [ASCII.newline]
    }

    private func treeLine(_ node: NodeTree.Node, depth: Int) -> [UInt8] {
        let indent = Array(repeating: ASCII.space, count: depth)
        let unknownPerms = showsPerms && !node.knowsPerms ? Array("   (?)".utf8) : []
        if node.knowledge == .unknown {
            let perms = showsPerms && node.knowsPerms ? Array("   (\(Self.perms(node.perms)))".utf8) : unknownPerms
            return indent + ToolEscape.text(node.name) + Array(" = ?".utf8) + perms + [ASCII.newline]
        }
        var line = TreeLine(
            name: node.name, value: node.value, perms: showsPerms && node.knowsPerms ? node.perms : nil, depth: depth)
        line.isCut = node.knowledge == .cut
        return line.text(width: width).dropLast() + unknownPerms + [ASCII.newline]
    }

    /// An unknown value has no quotation marks; one that is cut off ends as the tool ends it.
    private static func quoted(_ value: ArraySlice<UInt8>, _ knowledge: ValueKnowledge) -> [UInt8] {
        if knowledge == .unknown { return Array(" = ?".utf8) }
        return Array(" = \"".utf8) + value + (knowledge == .cut ? Array("\\...\"".utf8) : [ASCII.quote])
    }

    /// The permissions as the tools print them, without marks for stale ones.
    static func perms(_ permissions: [Permission]) -> String {
        PermissionList.text(permissions.map { Permission(perm: $0.perm, domid: $0.domid) })
    }
}
