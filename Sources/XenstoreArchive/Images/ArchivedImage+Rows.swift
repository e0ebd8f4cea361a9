extension ArchivedImage {
    static func load(_ database: Database, id: Int64) throws -> ArchivedImage {
        var found: ArchivedImage?
        try forEach(database, where: "i.image_id = ?", bindings: { try $0.bind(1, id) }, { found = $0 })
        guard let found else { throw ArchiveError(.noSuchImage, "\(database.path): no image @\(id)") }
        return found
    }

    /// Calls `body` with each image that has a condition, in the order of their import. The images
    /// share the statements.
    /// - Parameters:
    ///   - condition: about `i`, the row of `image`.
    ///   - bindings: binds the parameters of the condition.
    static func forEach(
        _ database: Database, where condition: String, bindings: (Statement) throws -> Void = { _ in },
        _ body: (ArchivedImage) throws -> Void
    ) throws {
        let coverage = try ArchivedStream.coverageRows(database)
        let row = try database.prepare(
            """
            SELECT \(ArchivedStream.columns), i.image_id, i.stream_id, i.name, i.series, i.captured_at, i.imported_at,
                   i.modified_at, (SELECT max(t.at) FROM sighting t WHERE t.image_id = i.image_id)
            FROM image i LEFT JOIN stream s ON s.stream_id = i.stream_id LEFT JOIN chain c ON c.chain_id = s.chain_id
            WHERE \(condition) ORDER BY i.image_id
            """)
        try bindings(row)
        while try row.step() {
            guard let stream = try ArchivedStream(row, coverage: coverage) else {
                throw ArchivedStream.unreadable(row.integer(21), database)
            }
            let label = ImageLabel(
                name: row.string(22), series: row.string(23), capturedAt: row.isNull(24) ? nil : row.string(24),
                modifiedAt: row.isNull(26) ? nil : row.string(26))
            try body(
                ArchivedImage(
                    imageID: row.integer(20), label: label, importedAt: row.string(25),
                    lastSeen: row.isNull(27) ? nil : row.string(27), stream: stream))
        }
    }
}
