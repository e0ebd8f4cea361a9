import XenstoreStream

/// Where in the records of an image those are that others refer to, by their place in the image.
struct RecordIndex {
    var global: Int?
    /// By conn-id.
    var connections: [UInt32: Int] = [:]
    /// By domid; -1: none.
    var rings = Array(repeating: -1, count: 1 << 16)
    var transactions: [TransactionKey: Int] = [:]
    /// The paths of committed nodes.
    var paths: PathTable
    /// By the path's index in `paths`.
    var nodes: [Int] = []
    /// The nodes that are pending in a transaction.
    var pending: [Int] = []
    /// The place of the last connection; -1: none.
    var lastConnection = -1
    /// Whether every committed node comes after its parent.
    var hasParentsFirst = true

    init(_ image: EditableImage) {
        paths = PathTable(bytes: image.arena)
        nodes.reserveCapacity(image.records.count)
    }

    /// The place of the committed node with a path; nil if there is none.
    func node(_ path: Octets) -> Int? {
        paths.index(of: path).map { nodes[$0] }
    }
}
