import XenstoreStream

/// Many paths, one after another in one array of bytes.
struct PathPile: Sequence {
    private var bytes: [UInt8] = []
    private(set) var count = 0

    /// Adds a path, which has no NUL.
    mutating func append(_ path: Octets) {
        bytes.append(contentsOf: path)
        bytes.append(ASCII.nul)
        count += 1
    }

    var underestimatedCount: Int {
        count
    }

    struct Iterator: IteratorProtocol {
        fileprivate let bytes: [UInt8]
        fileprivate var start = 0

        mutating func next() -> Octets? {
            guard let end = bytes[start...].firstIndex(of: ASCII.nul) else { return nil }
            defer { start = end + 1 }
            // A slice would keep all of them.
            return Octets(Array(bytes[start..<end]))
        }
    }

    func makeIterator() -> Iterator {
        Iterator(bytes: bytes)
    }
}
