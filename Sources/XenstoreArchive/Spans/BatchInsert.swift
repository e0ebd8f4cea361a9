/// Inserts a known number of rows into a table, many rows with one statement.
///
/// SQLite opens its cursors, finds the place and ends the statement once for all rows: with 128
/// rows a statement that takes a third less time than row by row.
final class BatchInsert {
    private let database: Database
    /// The SQL up to the rows, and one row.
    private let head, row: String
    private let parametersPerRow: Int
    /// The number of rows in the statement, and how many of them have been filled.
    private var capacity = 0
    private var filled = 0
    /// The number of rows for later statements.
    private var left: Int
    /// The statement to bind, at `offset` and the parameters after it.
    private(set) var statement: Statement

    private static let mostRows = 128

    /// - Parameters:
    ///   - head: like `INSERT INTO t (a, b) VALUES`.
    ///   - row: like `(?, ?)`.
    ///   - count: how many rows will come; at least 1.
    init(_ database: Database, _ head: String, row: String, count: Int) throws {
        self.database = database
        self.head = head
        self.row = row
        parametersPerRow = row.count { $0 == "?" }
        capacity = min(Self.mostRows, max(1, count))
        left = count - capacity
        statement = try database.prepare(Self.sql(head, row, capacity))
    }

    private static func sql(_ head: String, _ row: String, _ count: Int) -> String {
        head + " " + Array(repeating: row, count: count).joined(separator: ", ")
    }

    /// What to add to a parameter's number in the row.
    var offset: Int {
        filled * parametersPerRow
    }

    /// Goes to the next row; call it when all parameters of the row are bound.
    func next() throws {
        filled += 1
        guard filled == capacity else { return }
        try statement.run()
        filled = 0
        if left < capacity && left > 0 {
            capacity = left
            statement = try database.prepare(Self.sql(head, row, capacity))
        }
        left -= capacity
    }
}
