import XenstoreArchive
import XenstoreStream

/// What a workspace's image covers, in the table `coverage`.
struct WorkspaceCoverage {
    /// Nil if the workspace has no such table, as those of version 0.1.0.
    private(set) var coverage: Coverage?
    private(set) var problems: [WorkspaceProblem] = []
    private(set) var problemCount = 0

    /// The maximum number of rows: parts of the tree are compared each with each.
    private static let mostRows = 10_000

    /// Reads the table.
    init(_ database: Database) throws {
        guard try WorkspaceFile.hasCoverage(database) else { return }
        var table = try WorkspaceTable(
            database, "coverage", key: ["kind", "root"], ["includes_root", "covered"],
            order: "kind, root LIMIT \(Self.mostRows + 1)")
        var areas: [Coverage.Area] = []
        while try table.next() {
            let kind = table.word(0, Coverage.Kind.self)
            let root = table.octets(1, most: Int(UInt16.max) - 1)
            let includesRoot = Self.flag(&table, 2)
            let isCovered = Self.flag(&table, 3)
            if areas.count == Self.mostRows { table.reject(nil, "is one of more than \(Self.mostRows) rows") }
            if let kind {
                areas.append(Coverage.Area(kind, root: root, includesRoot: includesRoot, isCovered: isCovered))
            }
        }
        coverage = Coverage(areas)
        problems = table.problems
        problemCount = table.problemCount
    }

    private static func flag(_ table: inout WorkspaceTable, _ column: Int) -> Bool {
        let value = table.number(column, Int64.self)
        if value != 0 && value != 1 { table.reject(column, "\(value) must be 0 or 1") }
        return value == 1
    }

    /// Fills the table.
    static func write(_ coverage: Coverage, _ database: Database) throws {
        // Of two areas with one root, the first counts.
        let insert = try database.prepare(
            "INSERT OR IGNORE INTO coverage (kind, root, includes_root, covered) VALUES (?, ?, ?, ?)")
        for area in coverage.areas {
            try insert.bind(1, area.kind.rawValue)
            try insert.bindTextOrBlob(2, area.root)
            try insert.bind(3, area.includesRoot ? 1 : 0)
            try insert.bind(4, area.isCovered ? 1 : 0)
            try insert.run()
        }
    }
}
