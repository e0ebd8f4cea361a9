import XenstoreArchive
import XenstoreStream

/// The rows of `perms`, read node by node.
struct PermissionRows {
    private(set) var table: WorkspaceTable
    /// The node of the table's current row; nil at the end.
    private var nodeID: Int64?

    init(_ database: Database) throws {
        table = try WorkspaceTable(
            database, "perms", key: ["node_id", "position"], ["perm", "domid", "stale"], order: "node_id, position")
        try advance()
    }

    private enum Letter: String, CaseIterable {
        case n, r, w, b
    }

    private mutating func advance() throws {
        nodeID = try table.next() ? table.number(0, Int64.self) : nil
    }

    /// The permissions of a node.
    /// - Parameter node: greater than in all earlier calls.
    mutating func list(of node: Int64) throws -> [Permission] {
        var list: [Permission] = []
        while let nodeID, nodeID <= node {
            let perm = table.word(2, Letter.self)?.rawValue.utf8.first ?? 0
            let entry = Permission(
                perm: perm, flags: table.number(4, UInt8.self, default: 0), domid: table.number(3, UInt16.self))
            if nodeID < node {
                table.reject(0, "\(nodeID) is not in the table nodes")
            } else if entry.flags > 1 {
                table.reject(4, "\(entry.flags) must be 0 or 1")
            } else if list.count == Int(UInt16.max) {
                table.reject(nil, "the node has more than 65535 permissions, the most that a record holds")
            } else {
                list.append(entry)
            }
            try advance()
        }
        return list
    }

    /// Rejects the remaining rows, which belong to no node.
    mutating func finish() throws {
        while let nodeID {
            table.reject(0, "\(nodeID) is not in the table nodes")
            try advance()
        }
    }
}
