import XenstoreArchive

/// An image at a time at which it was seen in its series, and the image before it.
struct PublishedStep {
    let series: String
    let imageID: Int64
    let seenAt: String
    /// What the time is: that of the capture, or of an import.
    let seenFrom: String
    /// The image before it in the series; nil for the first.
    let beforeID: Int64?

    /// What tells a step from all others of an archive, whatever is imported later.
    struct Key: Hashable {
        let imageID: Int64
        let seenAt: String
    }

    var key: Key {
        Key(imageID: imageID, seenAt: seenAt)
    }

    /// The steps of all series, by series and in the order of time.
    /// - Parameter newest: the id of the image after which a step's image must have been imported.
    static func all(in archive: Archive, after newest: Int64) throws -> [PublishedStep] {
        let rows = try archive.database.prepare(
            """
            SELECT s.series, s.image_id, s.seen_at, s.seen_from, p.image_id
            FROM series_steps s
            LEFT JOIN series_steps p ON p.series = s.series AND p.step = s.step - 1
            WHERE s.image_id > ?
            ORDER BY s.series, s.step
            """)
        try rows.bind(1, newest)
        var steps: [PublishedStep] = []
        while try rows.step() {
            steps.append(
                PublishedStep(
                    series: rows.string(0), imageID: rows.integer(1), seenAt: rows.string(2), seenFrom: rows.string(3),
                    beforeID: rows.isNull(4) ? nil : rows.integer(4)))
        }
        return steps
    }
}
