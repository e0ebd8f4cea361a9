import XenstoreArchive
import XenstoreStream

/// A row of a workspace from which no record can be made, and the reason.
public struct WorkspaceProblem: Equatable, Sendable {
    /// The table's name.
    public let table: String
    /// The row's key, like `node_id 17`.
    public let row: String
    /// The column; nil if the reason concerns the whole row.
    public let column: String?
    /// A part of a sentence; values are escaped.
    public let reason: String

    /// One line: table, row, column and reason.
    public var text: String {
        ([table, row] + (column.map { [$0] } ?? [])).joined(separator: ", ") + ": " + reason
    }
}
