import ArchiveSQL
import XenstoreStream

/// Whether a file's schema is one that this program has made: a stranger's triggers, views or columns that are computed would
/// run when we read or write, or show other things than what lies in the tables.
enum SchemaCheck {
    /// The number that marks the file as ours: `xsra`.
    static let applicationID: Int64 = 0x7873_7261

    /// What a schema consists of: the rows of `sqlite_schema`, by type and name, with their SQL.
    private typealias Schema = [String: String]

    /// - Throws: `ArchiveError` with code `notAnArchive` where the schema is not exactly the newest one.
    static func checkForReading(_ database: Database) throws {
        try checkKind(database)
        let version = try version(database)
        guard version == ArchiveSQL.schemaVersion else {
            throw ArchiveError(
                .oldSchema,
                "\(database.path): the archive has schema version \(version), this xsarchive knows "
                    + "\(ArchiveSQL.schemaVersion)")
        }
        let schema = try schema(database)
        try checkTables(database, schema, version: version)
        if schema != newest {
            throw ArchiveError(
                .oldViews, "\(database.path): the archive's views are not those of this xsarchive")
        }
    }

    /// Whether the schema is the newest one.
    /// - Throws: `ArchiveError` with code `notAnArchive` where it is none that can be brought up to date.
    static func checkForWriting(_ database: Database) throws -> Bool {
        let isOurs = try database.integer("PRAGMA application_id") == applicationID
        if try !isOurs && isEmpty(database) { return false }
        try checkKind(database)
        let version = try version(database)
        let schema = try schema(database)
        try checkTables(database, schema, version: version)
        return version == ArchiveSQL.schemaVersion && schema == newest
    }

    static func isEmpty(_ database: Database) throws -> Bool {
        try database.integer("SELECT count(*) FROM sqlite_schema") == 0
    }

    static func version(_ database: Database) throws -> Int {
        Int(try database.integer("PRAGMA user_version") ?? 0)
    }

    /// That the file is an archive, of this schema version or an earlier one.
    private static func checkKind(_ database: Database) throws {
        guard try database.integer("PRAGMA application_id") == applicationID else {
            throw refusal(database, "this SQLite file is no archive of xsarchive; check the name given with -a")
        }
        let version = try version(database)
        guard (1...ArchiveSQL.schemaVersion).contains(version) else {
            throw refusal(
                database,
                "the archive has schema version \(version), this xsarchive knows \(ArchiveSQL.schemaVersion); use the xsarchive that wrote it"
            )
        }
    }

    /// That tables, indexes and triggers are those of the version; views are not looked at.
    private static func checkTables(_ database: Database, _ schema: Schema, version: Int) throws {
        // Most archives are of the newest version, and the earlier ones' schemas are made only where they are needed.
        guard
            let expected = version == ArchiveSQL.schemaVersion
                ? newest.filter({ !$0.key.hasPrefix("view ") }) : tables[version]
        else {
            throw refusal(database, "the schema of version \(version) is not known")
        }
        let actual = schema.filter { !$0.key.hasPrefix("view ") }
        guard actual != expected else { return }
        // Only one is named: the first by its name.
        let names = Set(actual.keys).union(expected.keys).filter { actual[$0] != expected[$0] }
        let name = names.min() ?? ""
        let what = actual[name] == nil ? "lacks the" : expected[name] == nil ? "holds a strange" : "has a changed"
        throw refusal(
            database,
            "the archive \(what) \(Escape.harmless(String(name.prefix(80)))): its schema is not the one that xsarchive makes, so nothing "
                + "is read from it or written to it; where it is your own change, take it back with sqlite3, else get the archive from its source again"
        )
    }

    private static func refusal(_ database: Database, _ message: String) -> ArchiveError {
        ArchiveError(.notAnArchive, "\(database.path): \(message)")
    }

    // MARK: Schemas

    /// Tables that SQLite itself makes when somebody lets it count rows; they hold numbers for its planner.
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
            // Two of one name are not ours either.
            schema[name] = (schema[name] ?? "") + rows.string(1) + ": " + sql
        }
        return schema
    }

    /// For each version the schema; without views, as these are made last.
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
