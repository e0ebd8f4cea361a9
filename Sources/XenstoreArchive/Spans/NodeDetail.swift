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

    /// The number of a field that is stored in `node_detail`; 0 for another one.
    func number(_ field: Field) -> Int64 {
        switch field {
        case .connID: connID
        case .txID: txID
        case .access: access
        default: 0
        }
    }
}
