import Dispatch

/// The nodes of a chain in slices by the ids of their paths, which two threads take from both ends
/// until none is left: so both are done at the same time, however fast each is.
final class PathSlices {
    private let queue = DispatchQueue(label: "slices")
    private let first: Int64
    private let width: Int64
    /// The slices that neither thread has taken.
    private var rest: Range<Int64>

    private static let count: Int64 = 32

    /// - Returns: nil if the chain has no nodes, or ids that no import assigns.
    init?(_ database: Database, chainID: Int64) throws {
        func end(_ order: String) throws -> Int64? {
            try database.integer(
                "SELECT path_id FROM node_span WHERE chain_id = ? ORDER BY path_id \(order) LIMIT 1", chainID)
        }
        guard let first = try end("ASC"), let last = try end("DESC"), first > 0, last < 1 << 53 else { return nil }
        self.first = first
        width = (last - first) / Self.count + 1
        rest = 0..<Self.count
    }

    /// The ids of a slice; nil if none is left.
    func next(fromBack: Bool) -> ClosedRange<Int64>? {
        queue.sync {
            guard !rest.isEmpty else { return nil }
            let number = fromBack ? rest.upperBound - 1 : rest.lowerBound
            rest = fromBack ? rest.dropLast() : rest.dropFirst()
            let start = first + number * width
            return start...start + width - 1
        }
    }
}
