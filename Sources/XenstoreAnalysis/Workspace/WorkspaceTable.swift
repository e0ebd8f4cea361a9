import XenstoreArchive
import XenstoreStream

/// Goes through a table's rows, and trusts nothing in them: the file may lack its checks.
struct WorkspaceTable {
    let name: String
    /// How many of the first columns tell a row from others.
    private let keyCount: Int
    private let columns: [String]
    private let statement: Statement
    private(set) var problems: [WorkspaceProblem] = []
    /// All of them; only the first are told one by one.
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

    /// Goes to the next row; false at the end.
    mutating func next() throws -> Bool {
        hasProblem = false
        return try statement.step()
    }

    /// Whether every value of the row that was asked for is one that a record can have.
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

    /// A number that the field's width holds; nil where it is NULL, or no such number.
    mutating func optional<Number: FixedWidthInteger>(_ column: Int, _ type: Number.Type) -> Number? {
        switch statement.value(column) {
        case .null: return nil
        case .integer(let value):
            // The 64 bits of an unsigned number are those of SQLite's signed one.
            if Number.bitWidth == 64 { return Number(truncatingIfNeeded: value) }
            if let number = Number(exactly: value) { return number }
            reject(column, "\(value) is not between \(Number.min) and \(Number.max)")
        case let value: reject(column, "\(Self.text(value)) is no whole number")
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

    /// The bytes of a text or a blob of at most `most` octets.
    mutating func octets(_ column: Int, most: Int) -> Octets {
        switch statement.value(column) {
        case .text(let octets), .blob(let octets):
            if octets.count <= most { return octets }
            reject(column, "has \(octets.count) bytes, the field holds \(most)")
        case let value: reject(column, "\(Self.text(value)) is neither text nor blob")
        }
        return []
    }

    /// One of some words.
    mutating func word<Word: RawRepresentable & CaseIterable>(_ column: Int, _ type: Word.Type) -> Word?
    where Word.RawValue == String {
        if case .text(let octets) = statement.value(column),
            let word = Word(rawValue: String(decoding: octets, as: UTF8.self))
        {
            return word
        }
        reject(
            column,
            "\(Self.text(statement.value(column))) is none of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
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
