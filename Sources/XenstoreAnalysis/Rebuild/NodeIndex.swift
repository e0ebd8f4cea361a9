import XenstoreStream

/// The committed nodes of an editable image by their paths: of several with one path the last, which a daemon takes.
struct NodeIndex {
    private var table: PathTable
    /// Indices in the image's records, by the table's indices.
    private var places: [Int] = []

    init(_ image: EditableImage) {
        table = PathTable(bytes: image.arena)
        for (place, record) in image.records.enumerated() {
            if case .node(let data) = record, data.isCommitted { insert(data.path.octets, at: place) }
        }
    }

    /// The place of the node with a path; nil where there is none.
    subscript(path: Octets) -> Int? {
        table.index(of: path).map { places[$0] }
    }

    /// - Parameter path: a slice of the image's arena.
    mutating func insert(_ path: Octets, at place: Int) {
        let (index, isNew) = table.insert(path)
        if isNew { places.append(place) } else { places[index] = place }
    }
}
