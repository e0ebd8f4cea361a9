import XenstoreArchive
import XenstoreStream

/// Reads a table's rows, and trusts nothing in them: the file may lack its constraints.
struct WorkspaceTable {
    let name: String
    /// The number of leading columns that form the key.
    private let keyCount: Int
    private let columns: [String]
    private let statement: Statement
    private(set) var problems: [WorkspaceProblem] = []
    /// The number of all problems; only the first are in `problems`.
    private(set) var problemCount = 0
    private var hasProblem = false

    static let problemsTold = 100

    init(_ database: Database, _ name: String, key: [String], _ columns: [String], order: String) throws {
        self.name = name
        keyCount = key.count
        self.columns = key + columns
        statement = try database.prepare(
            "SELECT \(self.columns.joined(separator: ", ")) FROM main.\(name) ORDER BY \(order)")
    }

    /// Moves to the next row; returns false at the end.
    mutating func next() throws -> Bool {
        hasProblem = false
        return try statement.step()
    }

    /// Whether a record can hold every value read from the row so far.
    var isSound: Bool {
        !hasProblem
    }

    mutating func reject(_ column: Int?, _ reason: String) {
        hasProblem = true
        problemCount += 1
        guard problems.count < Self.problemsTold else { return }
        let row = (0..<keyCount).map { "\(columns[$0]) \(Self.text(statement.value($0)))" }.joined(separator: " ")
        problems.append(WorkspaceProblem(table: name, row: row, column: column.map { columns[$0] }, reason: reason))
    }

    // MARK: Values

    /// A number that fits the field's width; nil if it is NULL or does not fit.
    mutating func optional<Number: FixedWidthInteger>(_ column: Int, _ type: Number.Type) -> Number? {
        switch statement.value(column) {
        case .null: return nil
        case .integer(let value):
            // SQLite stores an unsigned 64-bit number as the signed one with the same bits.
            if Number.bitWidth == 64 { return Number(truncatingIfNeeded: value) }
            if let number = Number(exactly: value) { return number }
            reject(column, "\(value) is not between \(Number.min) and \(Number.max)")
        case let value: reject(column, "\(Self.text(value)) is not an integer")
        }
        return nil
    }

    mutating func number<Number: FixedWidthInteger>(
        _ column: Int, _ type: Number.Type, default value: Number? = nil
    ) -> Number {
        if let number = optional(column, type) { return number }
        if let value, statement.isNull(column) { return value }
        if statement.isNull(column) { reject(column, "is NULL") }
        return 0
    }

    /// The bytes of a text or a blob; at most `most` of them.
    mutating func octets(_ column: Int, most: Int) -> Octets {
        switch statement.value(column) {
        case .text(let octets), .blob(let octets):
            if octets.count <= most { return octets }
            reject(column, "has \(octets.count) bytes, but the field holds at most \(most)")
        case let value: reject(column, "\(Self.text(value)) is neither a text nor a blob")
        }
        return []
    }

    /// One of the words of `type`; nil for any other value.
    mutating func word<Word: RawRepresentable & CaseIterable>(_ column: Int, _ type: Word.Type) -> Word?
    where Word.RawValue == String {
        if case .text(let octets) = statement.value(column),
            let word = Word(rawValue: String(decoding: octets, as: UTF8.self))
        {
            return word
        }
        reject(
            column,
            "\(Self.text(statement.value(column))) is not one of "
                + "\(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    func isNull(_ column: Int) -> Bool {
        statement.isNull(column)
    }

    private static func text(_ value: SQLValue) -> String {
        switch value {
        case .null: "NULL"
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let octets): Escape.short(octets)
        case .blob(let octets): "x'\(Hexadecimal.text(octets.prefix(24)))\(octets.count > 24 ? "..." : "")'"
        }
    }
}
