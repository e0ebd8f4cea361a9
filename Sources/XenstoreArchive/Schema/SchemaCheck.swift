import ArchiveSQL
import XenstoreStream

/// Checks that this program has made a file's schema: a stranger's triggers, views or computed
/// columns would run when we read or write, or show something else than the tables contain.
enum SchemaCheck {
    /// The number that marks the file as an archive: `xsra`.
    static let applicationID: Int64 = 0x7873_7261

    /// The rows of `sqlite_schema`, by type and name, with their SQL.
    private typealias Schema = [String: String]

    /// - Throws: `ArchiveError` with code `oldSchema` or `oldViews` if an upgrade makes it the
    ///   newest schema, `notAnArchive` if the file is not an archive or its schema was changed.
    static func checkForReading(_ database: Database) throws {
        try checkKind(database)
        let version = try version(database)
        guard version == ArchiveSQL.schemaVersion else {
            throw ArchiveError(
                .oldSchema,
                "\(database.path): the archive has schema version \(version), this xsarchive supports "
                    + "\(ArchiveSQL.schemaVersion)")
        }
        let schema = try schema(database)
        if digest(schema) == ArchiveSQL.schemaDigest { return }
        try checkTables(database, schema, version: version)
        if schema != newest {
            throw ArchiveError(
                .oldViews, "\(database.path): the archive has the views of another version of xsarchive")
        }
    }

    /// Whether the schema is the newest one.
    /// - Throws: `ArchiveError` with code `notAnArchive` if it cannot be upgraded to the newest
    ///   one.
    static func checkForWriting(_ database: Database) throws -> Bool {
        let isOurs = try database.integer("PRAGMA application_id") == applicationID
        if try !isOurs && isEmpty(database) { return false }
        try checkKind(database)
        let version = try version(database)
        let schema = try schema(database)
        if version == ArchiveSQL.schemaVersion && digest(schema) == ArchiveSQL.schemaDigest { return true }
        try checkTables(database, schema, version: version)
        return version == ArchiveSQL.schemaVersion && schema == newest
    }

    static func isEmpty(_ database: Database) throws -> Bool {
        try database.integer("SELECT count(*) FROM sqlite_schema") == 0
    }

    static func version(_ database: Database) throws -> Int {
        Int(try database.integer("PRAGMA user_version") ?? 0)
    }

    /// Checks that the file is an archive, of this schema version or an earlier one.
    private static func checkKind(_ database: Database) throws {
        guard try database.integer("PRAGMA application_id") == applicationID else {
            throw refusal(database, "not an xsarchive archive; check the name")
        }
        let version = try version(database)
        guard (1...ArchiveSQL.schemaVersion).contains(version) else {
            throw refusal(
                database,
                "the archive has schema version \(version), this xsarchive supports "
                    + "\(ArchiveSQL.schemaVersion); use the xsarchive that wrote it"
            )
        }
    }

    /// Checks that tables, indexes and triggers are those of the version; views are not checked.
    private static func checkTables(_ database: Database, _ schema: Schema, version: Int) throws {
        // Most archives have the newest version; the schemas of earlier ones are made only if
        // needed.
        guard
            let expected = version == ArchiveSQL.schemaVersion
                ? newest.filter({ !$0.key.hasPrefix("view ") }) : tables[version]
        else {
            throw refusal(database, "unknown schema version \(version)")
        }
        let actual = schema.filter { !$0.key.hasPrefix("view ") }
        guard actual != expected else { return }
        // The message names only one: the first by name.
        let names = Set(actual.keys).union(expected.keys).filter { actual[$0] != expected[$0] }
        let name = names.min() ?? ""
        let item = Escape.harmless(String(name.prefix(80)))
        if expected[name] == nil {
            throw refusal(
                database,
                "unexpected \(item); if you added it, drop it with sqlite3; otherwise get the archive again")
        }
        let what = actual[name] == nil ? "missing" : "changed"
        throw refusal(
            database,
            "\(what) \(item); if you changed the schema, undo that with sqlite3; otherwise get the archive again"
        )
    }

    private static func refusal(_ database: Database, _ message: String) -> ArchiveError {
        ArchiveError(.notAnArchive, "\(database.path): \(message)")
    }

    // MARK: Schemas

    /// Tables that SQLite itself makes for ANALYZE; they hold numbers for its planner.
    private static let statistics = [
        "table sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
        "table sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
    ]

    private static func schema(_ database: Database) throws -> Schema {
        let rows = try database.prepare("SELECT type || ' ' || name, tbl_name, sql FROM sqlite_schema")
        var schema: Schema = [:]
        while try rows.step() {
            let (name, sql) = (rows.string(0), rows.string(2))
            if let known = statistics[name], known == sql { continue }
            // Two rows with one name make a schema that is not ours.
            schema[name] = (schema[name] ?? "") + rows.string(1) + ": " + sql
        }
        return schema
    }

    /// The SHA-256 of a schema, as 64 hexadecimal digits. `ArchiveSQL.schemaDigest` is that of the
    /// newest one: making the newest schema to compare with it takes longer than most answers.
    private static func digest(_ schema: Schema) -> String {
        var digest = Digest()
        for (name, text) in schema.sorted(by: { $0.key < $1.key }) {
            for part in [name, text] { digest.update(Array(part.utf8) + [0]) }
        }
        return digest.hexadecimal()
    }

    /// The digest of the newest schema, from the schema itself.
    static var newestDigest: String { digest(newest) }

    /// The schema of each version; without views, as these are made last.
    private static let tables: [Int: Schema] = {
        var tables: [Int: Schema] = [:]
        guard let database = try? Database(path: ":memory:", mode: .write) else { return tables }
        for (index, step) in ArchiveSQL.migrations.enumerated() {
            guard (try? Migration.run(step, database)) != nil, let schema = try? schema(database) else { break }
            tables[index + 1] = schema
        }
        return tables
    }()

    /// The newest schema.
    private static let newest: Schema = {
        guard let database = try? Database(path: ":memory:", mode: .write), (try? Migration.run(database)) != nil else {
            return [:]
        }
        return (try? schema(database)) ?? [:]
    }()
}
