import XenstoreStream

/// An image of an archive: a stream and the label under which it was imported.
public struct ArchivedImage: Sendable {
    /// The image's id; no other image ever gets it.
    public let imageID: Int64
    /// Its name, series and time.
    public let label: ImageLabel
    /// The time of the import: UTC, ISO 8601.
    public let importedAt: String
    /// The time of the last import that found the image unchanged as the newest of its series: UTC,
    /// ISO 8601; nil if it was imported once.
    public let lastSeen: String?
    /// The stream with its bytes.
    public let stream: ArchivedStream

    static func load(_ database: Database, id: Int64) throws -> ArchivedImage {
        let row = try database.prepare(
            """
            SELECT stream_id, name, series, captured_at, imported_at, modified_at,
                   (SELECT max(at) FROM sighting s WHERE s.image_id = i.image_id)
            FROM image i WHERE image_id = ?
            """)
        try row.bind(1, id)
        guard try row.step() else {
            throw ArchiveError(
                .noSuchImage, "\(database.path): no image @\(id)")
        }
        let label = ImageLabel(
            name: row.string(1), series: row.string(2), capturedAt: row.isNull(3) ? nil : row.string(3),
            modifiedAt: row.isNull(5) ? nil : row.string(5))
        return ArchivedImage(
            imageID: id, label: label, importedAt: row.string(4), lastSeen: row.isNull(6) ? nil : row.string(6),
            stream: try ArchivedStream.load(database, streamID: row.integer(0)))
    }
}
