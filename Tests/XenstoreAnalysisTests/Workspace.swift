import TestSupport
import Testing
import XenstoreStream

@testable import XenstoreAnalysis
@testable import XenstoreArchive

/// A workspace in its own directory.
final class Workspace {
    let folder = TemporaryFolder()

    var path: String {
        folder.file("work.db")
    }

    init(_ source: ImageSource) throws {
        try WorkspaceWriter(source).write(path, overwrite: false)
    }

    convenience init(_ records: [RecordBody], _ layout: Layout = .v1) throws {
        try self.init(Images.make(records, layout))
    }

    /// Runs SQL as a tool would, with the foreign keys' checks on.
    func run(_ sql: String, foreignKeys: Bool = true) throws {
        let database = try Database(path: path, mode: .write)
        // What no tool permits, but a hostile file can contain.
        if !foreignKeys { try database.execute("PRAGMA ignore_check_constraints = ON; PRAGMA writable_schema = OFF") }
        try database.execute("PRAGMA foreign_keys = \(foreignKeys ? "ON" : "OFF")")
        try database.execute(sql)
    }

    func count(_ sql: String) throws -> Int64 {
        try Database(path: path, mode: .read).integer(sql) ?? -1
    }

    func build(_ change: (inout Rebuild) -> Void = { _ in }) throws -> RebuiltStream {
        let reader = try WorkspaceReader(path)
        #expect(reader.problems == [])
        var plan = Rebuild()
        plan.movesTargets = false
        change(&plan)
        return try plan.run(reader.image)
    }

    var problems: [String] {
        get throws { try WorkspaceReader(path).problems.map(\.text) }
    }
}
