import ArchiveSQL
import CSQLite

/// The steps of schema/ that a file does not have yet.
enum Migration {
    /// Runs them and makes the views anew, in the transaction that is under way.
    static func run(_ database: Database) throws {
        let views = try database.prepare("SELECT name FROM sqlite_schema WHERE type = 'view'")
        var names: [String] = []
        while try views.step() { names.append(views.string(0)) }
        // The names may be a stranger's.
        for name in names {
            try database.execute(
                "DROP VIEW \"\(name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\""
            )
        }
        for step in try ArchiveSQL.migrations.dropFirst(SchemaCheck.version(database)) { try run(step, database) }
        try database.execute(ArchiveSQL.views)
    }

    /// Runs one step, which is ours and may write to `sqlite_schema`, where SQLite has no statement for what it changes.
    static func run(_ step: String, _ database: Database) throws {
        _ = xs_db_config(database.handle, SQLITE_DBCONFIG_DEFENSIVE, 0)
        defer { _ = xs_db_config(database.handle, SQLITE_DBCONFIG_DEFENSIVE, 1) }
        try database.execute(step)
    }
}
