import XenstoreStream

/// A row of `node_detail`, for what only few nodes have.
struct NodeDetail: Hashable {
    var connID: Int64 = 0
    var txID: Int64 = 0
    var access: Int64 = 0
    var unterminated: Int64 = 0
    var residueID: Int64?

    /// Whether this is a committed node without odd fields, which has no row.
    var isPlain: Bool {
        self == NodeDetail()
    }
}
