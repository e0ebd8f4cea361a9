/// The row of a file of a log, and the lines that it consists of.
package struct ArchivedLogFile: Sendable {
    /// A run of its lines.
    struct Part: Sendable {
        let segmentID: Int64
        /// The first line in the segment, from 1 on.
        let firstLine: Int64
        let lineCount: Int64
    }

    package let fileID: Int64
    package let logID: Int64
    package let name: String
    package let size: Int64
    package let sha256: String
    /// When it was last written; nil if that is unknown.
    let modifiedAt: String?
    let importedAt: String
    /// The same for files that were imported together.
    let run: Int64
    let parts: [Part]

    /// The files of a log, in the order of their import.
    package static func all(_ archive: Archive, of logID: Int64) throws -> [ArchivedLogFile] {
        try all(archive.database, of: logID)
    }

    static func all(_ database: Database, of logID: Int64) throws -> [ArchivedLogFile] {
        let rows = try database.prepare(
            "SELECT file_id, log_id, name, size, sha256, modified_at, imported_at, run FROM log_file WHERE log_id = ? "
                + "ORDER BY file_id")
        try rows.bind(1, logID)
        let parts = try database.prepare(
            "SELECT segment_id, first_line, line_count FROM log_part WHERE file_id = ? ORDER BY part")
        var files: [ArchivedLogFile] = []
        while try rows.step() {
            try parts.bind(1, rows.integer(0))
            defer { parts.reset() }
            var found: [Part] = []
            while try parts.step() {
                found.append(
                    Part(segmentID: parts.integer(0), firstLine: parts.integer(1), lineCount: parts.integer(2)))
            }
            files.append(
                ArchivedLogFile(
                    fileID: rows.integer(0), logID: rows.integer(1), name: rows.string(2), size: rows.integer(3),
                    sha256: rows.string(4), modifiedAt: rows.isNull(5) ? nil : rows.string(5),
                    importedAt: rows.string(6), run: rows.integer(7), parts: found))
        }
        return files
    }
}
