import ArchiveSQL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The files of workspaces: one image in plain tables (schema/workspace.sql).
package enum WorkspaceFile {
    /// The number that marks the file as a workspace: `xsrw`.
    package static let applicationID: Int64 = 0x7873_7277
    /// The version of its tables.
    package static let version: Int64 = 1
    /// The tables, each after those to which it refers.
    package static let tables = [
        "image", "connections", "watches", "transactions", "nodes", "perms", "domains", "quotas",
    ]

    /// The table that workspaces of version 0.1.0 lack.
    private static let coverage = "coverage"

    /// Whether the workspace says what its image covers.
    package static func hasCoverage(_ database: Database) throws -> Bool {
        let table = try database.prepare("SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = ?")
        try table.bind(1, coverage)
        return try table.step()
    }

    /// Creates a workspace that only its owner may read; it appears under its name when it is
    /// complete.
    /// - Parameters:
    ///   - path: the file's name.
    ///   - overwrite: whether a file of that name may be replaced.
    ///   - fill: inserts the rows into the empty tables.
    /// - Throws: `ArchiveError` if the file cannot be created, or what `fill` throws; there is then
    ///   no file, or the old one.
    package static func make(_ path: String, overwrite: Bool, _ fill: (Database) throws -> Void) throws {
        try FileIO.checkReplaceable(path, overwrite: overwrite)
        let path = try OutputFile.target(path)
        let (descriptor, name) = FileIO.makeTemporary(beside: path)
        guard descriptor >= 0 else { throw FileIO.failure(path, "cannot create the file") }
        defer {
            close(descriptor)
            // After success the file has its own name, and this one no longer exists.
            unlink(name)
        }
        try fillFile(name, fill)
        guard fsync(descriptor) == 0 else { throw FileIO.failure(path, "writing failed") }
        guard (overwrite ? rename(name, path) : link(name, path)) == 0 else {
            throw FileIO.failure(path, "cannot name the finished file")
        }
        FileIO.syncFolder(of: path)
    }

    private static func fillFile(_ path: String, _ fill: (Database) throws -> Void) throws {
        let database = try Database(path: Archive.fileName(path), mode: .write)
        // No other process sees the file before it is complete, and it is synced then.
        try database.execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF")
        try database.transaction {
            try database.execute(ArchiveSQL.workspace)
            try fill(database)
        }
    }

    /// Opens a workspace for reading; any program may have written it.
    /// - Throws: `ArchiveError` if it is not a workspace, is damaged, or has other tables than a
    ///   workspace.
    package static func open(_ path: String) throws -> Database {
        try FileIO.requireName(path, of: "workspace")
        guard FileIO.exists(path) else {
            throw ArchiveError(.notAWorkspace, "\(path): no such file")
        }
        if FileTree.isFolder(path) {
            throw ArchiveError(.notAWorkspace, "\(path): is a directory, not an xsarchive workspace")
        }
        let database = try Database(path: Archive.fileName(path), mode: .read)
        // The pragma fails if the file is not an SQLite file.
        guard (try? database.integer("PRAGMA application_id")) == .some(applicationID) else {
            throw ArchiveError(
                .notAWorkspace, "\(path): not an xsarchive workspace")
        }
        let found = try database.integer("PRAGMA user_version") ?? 0
        guard found == version else {
            throw ArchiveError(
                .notAnArchive,
                "\(path): the workspace has version \(found), this xsarchive supports \(version); "
                    + "use the xsarchive that made it"
            )
        }
        // A damaged tree of pages may have any number of rows. The tables' own checks do not help:
        // the program that wrote the file may have changed them.
        try database.execute("PRAGMA ignore_check_constraints = ON")
        let check = try database.prepare("PRAGMA quick_check(1)")
        guard try check.step(), check.string(0) == "ok" else {
            throw ArchiveError(
                .damaged, "\(path): the workspace is damaged (\(check.string(0))); check the image out again")
        }
        try checkTables(database)
        return database
    }

    /// Checks that there are only plain tables: views and computed columns could take any time and
    /// memory.
    private static func checkTables(_ database: Database) throws {
        let encoding = try database.prepare("PRAGMA encoding")
        guard try encoding.step(), encoding.string(0) == "UTF-8" else {
            throw ArchiveError(
                .notAnArchive, "\(database.path): the workspace's text is not UTF-8; check the image out again")
        }
        for table in tables + (try hasCoverage(database) ? [coverage] : []) {
            let kind = try database.prepare(
                "SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = ? AND type = 'table'")
            try kind.bind(1, table)
            guard try kind.step() else {
                throw ArchiveError(
                    .notAnArchive, "\(database.path): the workspace has no table \(table); check the image out again")
            }
            let computed = try database.prepare("SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 0")
            try computed.bind(1, table)
            if try computed.step() {
                throw ArchiveError(
                    .notAnArchive,
                    "\(database.path): the workspace's table \(table) has a computed column, "
                        + "\(computed.string(0)); check the image out again"
                )
            }
        }
    }
}
