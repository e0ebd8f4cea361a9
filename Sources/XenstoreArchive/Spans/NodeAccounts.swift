import XenstoreStream

/// What the committed nodes of an image add up to, by owner and by directory, the largest of what
/// they have, and the lists of permissions that they have in each home.
///
/// The tables `account_span`, `directory_span`, `extent_span` and `placement_span` hold it, so that
/// a question about domains, limits or permissions does not read every node.
struct NodeAccounts: Equatable {
    /// What the nodes of one owner add up to; sizes in bytes.
    struct Owner: Equatable {
        /// Nodes that are not special.
        var nodes: Int64 = 0
        /// Their paths and values, and 8 for each permission.
        var bytes: Int64 = 0
        /// The names of their children, each with a NUL.
        var childBytes: Int64 = 0
        /// Nodes whose path begins with `@`.
        var specialNodes: Int64 = 0
        /// As `bytes`, of the special nodes.
        var specialBytes: Int64 = 0
    }

    /// The children of one directory.
    struct Directory: Equatable {
        var children: Int64 = 0
        /// Their names, each with a NUL, in bytes.
        var listBytes: Int64 = 0

        mutating func add(_ bytes: Int64) {
            children += 1
            listBytes += bytes
        }
    }

    /// A list of permissions that a node has in a home.
    struct Placement: Hashable {
        /// The domid, `noHome` or `oddHome`.
        let home: Int64
        /// The list in the form of `permset.raw`.
        let perms: [UInt8]
    }

    /// A committed node.
    struct Node {
        enum Perms {
            /// Where they are in the stream.
            case bytes(Range<Int>)
            case list([Permission])

            var count: Int {
                switch self {
                case .bytes(let range): range.count / 4
                case .list(let list): list.count
                }
            }
        }

        /// Where its path is, without the NUL.
        let path: Range<Int>
        /// Bytes of the value.
        let valueCount: Int
        let perms: Perms
        /// The domid of the first permission; nil if there is none.
        let owner: UInt16?
    }

    /// By domid.
    private(set) var owners: [UInt16: Owner] = [:]
    /// The directories whose list takes `leastListBytes` or more, by path.
    private(set) var directories: [Octets: Directory] = [:]
    private(set) var placements: Set<Placement> = []
    private(set) var extents = NodeExtents()

    /// Shorter lists have no row: nearly every node with a child would need one.
    static let leastListBytes: Int64 = 2048

    /// - Parameters:
    ///   - bytes: what the paths are ranges of.
    ///   - byteOrder: of the stream.
    ///   - hasDuplicates: whether several nodes may have one path.
    ///   - forEachNode: calls its argument with each committed node; runs once or twice.
    init(
        in bytes: [UInt8], _ byteOrder: ByteOrder, hasDuplicates: Bool, forEachNode: ((Node) -> Void) throws -> Void
    ) rethrows {
        var walk = AccountWalk(bytes: bytes)
        var table = PlacementTable(bytes: bytes, byteOrder: byteOrder)
        if !hasDuplicates {
            try forEachNode {
                table.add($0)
                extents.add($0, in: bytes)
                walk.add($0)
            }
        }
        if hasDuplicates || walk.hasOrphan {
            var search = AccountSearch(bytes: bytes)
            try forEachNode {
                // Adding a node twice makes no difference.
                table.add($0)
                extents.add($0, in: bytes)
                search.collect($0)
            }
            try forEachNode { search.add($0) }
            (owners, directories) = (search.owners.byDomid, search.directories)
            extents.numbered = search.numbered
        } else {
            walk.finish()
            (owners, directories) = (walk.owners.byDomid, walk.directories)
            extents.numbered = walk.numbered
        }
        placements = table.placements
        directories = directories.filter { $0.value.listBytes >= Self.leastListBytes }
    }
}

extension NodeAccounts.Node {
    /// - Parameter stream: the bytes of the stream.
    init(_ node: PlainNode, in stream: UnsafeRawBufferPointer) {
        self.init(
            path: node.path, valueCount: node.value.count, perms: .bytes(node.perms),
            owner: node.permission(0, in: stream)?.domid)
    }

    /// - Parameter node: its path is a slice of the stream.
    init(_ node: NodeData) {
        let path = node.path.octets
        self.init(
            path: path.startIndex..<path.endIndex, valueCount: node.value.count, perms: .list(node.perms),
            owner: node.perms.first?.domid)
    }
}
