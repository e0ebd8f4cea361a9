import XenstoreArchive
import XenstoreStream

/// Sets values and permissions of committed nodes.
struct NodeEditor {
    private(set) var image: EditableImage
    private var edits: [Edit]
    private var index: NodeIndex
    /// The index of the first new node. New nodes stay after all other records until the end.
    private let firstNew: Int
    /// The paths of the new nodes, in the order in which they were created.
    private(set) var made: [Octets] = []

    init(_ image: EditableImage, _ edits: [Edit]) {
        self.image = image
        self.edits = edits
        // New paths are in the arena like the others.
        let paths = self.image.adopt(
            edits.map {
                if case .set(let path, _) = $0 { path } else if case .setPerms(let path, _) = $0 { path } else { [] }
            })
        for (place, path) in paths.enumerated() {
            switch edits[place] {
            case .set(_, let value): self.edits[place] = .set(path, value: value)
            case .setPerms(_, let perms): self.edits[place] = .setPerms(path, perms)
            default: break
            }
        }
        index = NodeIndex(self.image)
        firstNew = image.records.count
    }

    mutating func run() throws {
        for edit in edits {
            switch edit {
            case .set(let path, let value): try set(path, value)
            case .setPerms(let path, let perms): try setPerms(path, perms)
            default: break
            }
        }
        placeNew()
    }

    private mutating func change(_ place: Int, _ body: (inout NodeData) -> Void) {
        guard case .node(var data) = image.records[place] else { return }
        body(&data)
        image.records[place] = .node(data)
    }

    private mutating func set(_ path: Octets, _ value: Octets) throws {
        guard value.count <= UInt16.max else {
            throw ArchiveError(
                .usage,
                "\(Escape.short(path)): the value has \(value.count) bytes, but the field holds at most 65535; "
                    + "shorten it")
        }
        guard !Path.isSpecial(path) else {
            throw ArchiveError(
                .usage,
                "\(Escape.short(path)): a special node has no value; only its permissions can be set")
        }
        try change(index[path] ?? make(path)) { $0.value = value }
    }

    private mutating func setPerms(_ path: Octets, _ perms: [Permission]) throws {
        guard let place = try index[path] ?? (Path.isSpecial(path) ? add(path, perms) : nil) else {
            throw image.noSuchNode(path)
        }
        change(place) { $0.perms = perms }
    }

    /// Creates a node and its missing parents, with the permissions of the nearest existing
    /// ancestor.
    private mutating func make(_ path: Octets) throws -> Int {
        guard Path.isValid(path) else {
            throw ArchiveError(
                .usage,
                "\(Escape.short(path)): not a valid path for a node; use / and ASCII letters, digits and - _ @, "
                    + "at most 3071 bytes, no // and no / at the end"
            )
        }
        var missing = [path]
        var above = Path.parent(of: path)
        while let parent = above, index[parent] == nil {
            missing.append(parent)
            above = Path.parent(of: parent)
        }
        var perms = [Permission(perm: 0x6E, domid: 0)]
        if let place = above.flatMap({ index[$0] }), case .node(let data) = image.records[place], !data.perms.isEmpty {
            perms = data.perms
        }
        var place = 0
        for path in missing.reversed() { place = try add(path, perms) }
        return place
    }

    private mutating func add(_ path: Octets, _ perms: [Permission]) throws -> Int {
        index.insert(path, at: image.records.count)
        made.append(path)
        image.records.append(.node(NodeData(path: TerminatedString(path), value: [], perms: perms)))
        return image.records.count - 1
    }

    /// Moves the new nodes after the last existing one, so that each is its parent's last child.
    private mutating func placeNew() {
        guard firstNew < image.records.count else { return }
        let last = image.records[..<firstNew].lastIndex {
            if case .node(let data) = $0 { data.isCommitted } else { false }
        }
        let place = last.map { $0 + 1 } ?? firstNew
        image.records = image.records.arranged(
            Array(0..<place) + Array(firstNew..<image.records.count) + Array(place..<firstNew))
    }
}
