import ArchiveSQL

extension Database {
    /// Calls `body` while temporary tables of one image stand in for the views that take longest: a
    /// `check` asks each of them several times.
    /// - Parameters:
    ///   - imageID: the image's id.
    ///   - body: runs queries of this image only.
    /// - Throws: `ArchiveError` if the views cannot be read, otherwise what `body` throws.
    package func withImageTables<Outcome>(_ imageID: Int64, _ body: () throws -> Outcome) throws -> Outcome {
        let tables = ArchiveSQL.imageTables.replacing(":image_id", with: String(imageID))
        let removal = ArchiveSQL.imageTableNames.map { "DROP TABLE IF EXISTS temp.\($0);" }.joined()
        try writingTemporarily(tables)
        defer { try? writingTemporarily(removal) }
        return try body()
    }

    /// Runs statements that write to temporary tables, also on a connection that only reads.
    private func writingTemporarily(_ sql: String) throws {
        let isReadOnly = try integer("PRAGMA query_only") == 1
        defer { if isReadOnly { try? execute("PRAGMA query_only = ON") } }
        if isReadOnly { try execute("PRAGMA query_only = OFF") }
        try execute(sql)
    }
}
