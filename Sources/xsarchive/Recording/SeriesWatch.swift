import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What is new in each image of a series, as JSON objects.
struct SeriesWatch {
    let series: String
    /// The lowest severity of a finding that is an event; nil: findings are none.
    let severity: Finding.Severity?
    /// Changes at these paths are events.
    let patterns: [PathPattern]
    /// New rows of these queries are events.
    let queries: [NamedQuery]

    /// One event.
    struct Event {
        let json: JSON
        /// Of a finding.
        var severity: Finding.Severity?
    }

    /// What is known of the image that was looked at last.
    struct Place {
        let image: ArchivedImage
        fileprivate var findings: ImageFindings?
        /// The rows of each query, as JSON; nil: the query does not apply.
        fileprivate var rows: [Set<String>?]
    }

    /// Looks at an image with which the next one is compared.
    func place(_ image: ArchivedImage, in archive: Archive) throws -> Place {
        let findings = try severity.map { _ in
            try ImageCheck(LoadedImage(ImageSource(archive, image), "@\(image.imageID)"), isForComparison: true)
                .findings
        }
        var seen: [Set<String>?] = []
        for query in queries { seen.append(try rows(of: query, image, archive).map { Set($0.map(\.text)) }) }
        return Place(image: image, findings: findings, rows: seen)
    }

    /// The images of the series that were imported after one, in the order of their import.
    func images(after imageID: Int64, in archive: Archive) throws -> [ArchivedImage] {
        let query = try archive.database.prepare(
            "SELECT image_id FROM images WHERE series = ?1 AND image_id > ?2 ORDER BY image_id")
        try query.bind(1, series)
        try query.bind(2, imageID)
        var ids: [Int64] = []
        while try query.step() { ids.append(query.integer(0)) }
        return try ids.map { try archive.image(id: $0) }
    }

    /// What an image has that the one before has not.
    /// - Returns: the events, and the image's place.
    func events(_ image: ArchivedImage, after before: Place, in archive: Archive) throws -> ([Event], Place) {
        let now = try place(image, in: archive)
        var events: [Event] = []
        if let severity, let old = before.findings, let new = now.findings {
            for (item, state) in FindingComparison(old, new).news where item.finding.severity >= severity {
                events.append(finding(item, state, image))
            }
        }
        // A prune may have removed the image before.
        if !patterns.isEmpty, let old = try? archive.image(id: before.image.imageID) {
            for change in try Diff(ImageSource(archive, old), ImageSource(archive, image)).changes
            where patterns.contains(where: { pattern in change.path.map(pattern.matches) ?? false }) {
                events.append(Event(json: object("change", image, [("change", DiffJSON.object(change))])))
            }
        }
        for (index, query) in queries.enumerated() {
            guard let old = before.rows[index], let rows = try rows(of: query, image, archive) else { continue }
            for row in rows where !old.contains(row.text) {
                events.append(Event(json: object("row", image, [("query", .string(query.name)), ("row", row)])))
            }
        }
        return (events, now)
    }

    private func object(_ event: String, _ image: ArchivedImage, _ members: [(String, JSON)]) -> JSON {
        .object(
            [
                ("event", .string(event)), ("series", .string(series)), ("image_id", .integer(image.imageID)),
                ("captured_at", .optional(image.label.capturedAt)),
            ] + members)
    }

    private func finding(_ item: ImageFinding, _ state: FindingComparison.State, _ image: ArchivedImage) -> Event {
        let state: (String, JSON) = ("state", .string(state.rawValue))
        return Event(
            json: object("finding", image, CheckReport.allMembers(item) + [state]), severity: item.finding.severity)
    }

    /// The rows of a query; nil if it does not apply to the image.
    private func rows(of query: NamedQuery, _ image: ArchivedImage, _ archive: Archive) throws -> [JSON]? {
        guard try query.inapplicability(archive, imageID: image.imageID) == nil else { return nil }
        let rows = try query.prepare(archive, parameters: ["image_id": String(image.imageID)])
        var result: [JSON] = []
        while try rows.step() {
            result.append(.object(rows.members))
        }
        return result
    }
}
