import XenstoreStream

/// What few nodes have: the row of `node_detail`.
struct NodeDetail: Hashable {
    var connID: Int64 = 0
    var txID: Int64 = 0
    var access: Int64 = 0
    var unterminated: Int64 = 0
    var residueID: Int64?

    /// Whether this is a committed node with nothing odd about it, which has no row.
    var isPlain: Bool {
        self == NodeDetail()
    }
}
