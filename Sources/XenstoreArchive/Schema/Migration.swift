import ArchiveSQL
import CSQLite

/// Runs the steps of schema/ that a file does not have yet.
enum Migration {
    /// Runs the steps and creates the views again, in the open transaction.
    static func run(_ database: Database) throws {
        let views = try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'")
        var names: [String] = []
        while try views.step() { names.append(views.string(0)) }
        // The names may come from outside.
        for name in names {
            let quoted = name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            try database.execute("DROP VIEW \"\(quoted)\"")
        }
        for step in try ArchiveSQL.migrations.dropFirst(SchemaCheck.version(database)) { try run(step, database) }
        try database.execute(ArchiveSQL.views)
    }

    /// Runs one step. It is our own, and may write to `sqlite_schema` for changes that no statement
    /// of SQLite makes.
    static func run(_ step: String, _ database: Database) throws {
        _ = xs_db_config(database.handle, SQLITE_DBCONFIG_DEFENSIVE, 0)
        defer { _ = xs_db_config(database.handle, SQLITE_DBCONFIG_DEFENSIVE, 1) }
        try database.execute(step)
    }
}
