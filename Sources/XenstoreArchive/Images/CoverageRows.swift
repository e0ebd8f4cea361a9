import XenstoreStream

/// The rows that say what a stream covers.
struct CoverageRows {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Replaces what a stream covers.
    func replace(_ streamID: Int64, with coverage: Coverage) throws {
        let remove = try database.prepare("DELETE FROM stream_coverage WHERE stream_id = ?")
        try remove.bind(1, streamID)
        try remove.run()
        let insert = try database.prepare(
            "INSERT INTO stream_coverage (stream_id, kind, root, includes_root, covered) VALUES (?, ?, ?, ?, ?)")
        for area in coverage.areas {
            try insert.bind(1, streamID)
            try insert.bind(2, area.kind.rawValue)
            try insert.bindTextOrBlob(3, area.root)
            try insert.bind(4, area.includesRoot ? 1 : 0)
            try insert.bind(5, area.isCovered ? 1 : 0)
            try insert.run()
        }
    }
}
