/// A series of an archive: its first and its last image in the order of time, and what grew
/// between them.
public struct ArchivedSeries: Equatable, Sendable {
    /// An image at one end of a series.
    public struct End: Equatable, Sendable {
        /// The image's id.
        public let imageID: Int64
        /// Its name.
        public let name: String
        /// The time at which it was first observed there: UTC, ISO 8601.
        public let seenAt: String
        /// Whether that is the time of a `capture` or of an `import`.
        public let seenFrom: String
        /// The size of its file in bytes.
        public let size: Int64
        /// The number of its node records.
        public let nodeCount: Int64
    }

    /// The name of the series.
    public let name: String
    /// The number of its images.
    public let imageCount: Int64
    /// The oldest image.
    public let first: End
    /// The newest image; the first one if there is only one.
    public let last: End
    /// The time of the last import that found the newest image unchanged: UTC, ISO 8601; nil if it
    /// was imported once.
    public let lastSeen: String?

    /// One scan of the steps, and a few look-ups for each series.
    static let statement = """
        SELECT e.series, e.images,
               f.image_id, a.name, f.seen_at, f.seen_from, a.size, a.node_count,
               l.image_id, z.name, l.seen_at, l.seen_from, z.size, z.node_count, z.last_seen
        FROM (SELECT series, count(DISTINCT image_id) AS images, min(step) AS first, max(step) AS last
              FROM series_step GROUP BY series) e
        CROSS JOIN series_step f ON f.series = e.series AND f.step = e.first
        CROSS JOIN images a ON a.image_id = f.image_id
        CROSS JOIN series_step l ON l.series = e.series AND l.step = e.last
        CROSS JOIN images z ON z.image_id = l.image_id
        ORDER BY rtrim(l.last_seen, 'Z'), l.image_id
        """

    /// All series, the one with the newest observation last.
    static func all(_ database: Database) throws -> [ArchivedSeries] {
        let row = try database.prepare(statement)
        func end(_ column: Int) -> End {
            End(
                imageID: row.integer(column), name: row.string(column + 1), seenAt: row.string(column + 2),
                seenFrom: row.string(column + 3), size: row.integer(column + 4), nodeCount: row.integer(column + 5))
        }
        var series: [ArchivedSeries] = []
        while try row.step() {
            series.append(
                ArchivedSeries(
                    name: row.string(0), imageCount: row.integer(1), first: end(2), last: end(8),
                    lastSeen: row.isNull(14) ? nil : row.string(14)))
        }
        return series
    }
}
