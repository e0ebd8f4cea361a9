import XenstoreStream

/// The committed nodes of an editable image by path. If several have the same path, the last one
/// counts, as in a daemon.
struct NodeIndex {
    private var table: PathTable
    /// Indices in the image's records, by index in the table.
    private var places: [Int] = []

    init(_ image: EditableImage) {
        table = PathTable(bytes: image.arena)
        for (place, record) in image.records.enumerated() {
            if case .node(let data) = record, data.isCommitted { insert(data.path.octets, at: place) }
        }
    }

    /// The index of the node with a path; nil if the image has no such node.
    subscript(path: Octets) -> Int? {
        table.index(of: path).map { places[$0] }
    }

    /// - Parameter path: a slice of the image's arena.
    mutating func insert(_ path: Octets, at place: Int) {
        let (index, isNew) = table.insert(path)
        if isNew { places.append(place) } else { places[index] = place }
    }
}
