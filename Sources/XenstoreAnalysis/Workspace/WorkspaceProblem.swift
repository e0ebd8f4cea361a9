import XenstoreArchive
import XenstoreStream

/// A row of a workspace from which no record can be made, and why.
public struct WorkspaceProblem: Equatable, Sendable {
    public let table: String
    /// What tells the row from others, like `node_id 17`.
    public let row: String
    /// Nil where the row as a whole is meant.
    public let column: String?
    /// Half a sentence; what stands there is escaped.
    public let reason: String

    public var text: String {
        ([table, row] + (column.map { [$0] } ?? [])).joined(separator: ", ") + ": " + reason
    }
}
