import XenstoreArchive
import XenstoreStream

/// The last changes that the logs of a series have before an image, and the images beside them.
package struct LogTimeline {
    /// What changes nodes, or begins or ends a domain.
    package struct Event {
        /// Milliseconds since 1970; those of a log without a time zone as if they were UTC.
        package let instant: Int64
        package let eventID: Int64
        package let logID: Int64
        package let position: Int64
        /// The time as the log says it.
        package let time: String
        package let domid: UInt16?
        package let connection: Octets
        package let operation: String
        package let path: Octets?
        /// What is written, the permissions, or what else the request says.
        package let value: Octets?
        package let outcome: String?
        /// Whether it changed something; nil if the log does not say it.
        package let tookEffect: Bool?
    }

    /// An image of the series.
    package struct Image {
        package let imageID: Int64
        package let name: String
        package let time: String
        package let instant: Int64
    }

    /// The events in the order of time.
    package private(set) var events: [Event] = []
    /// Whether the logs have earlier ones that are left out.
    package private(set) var isShortened = false
    /// The images from the first event to the image.
    package private(set) var images: [Image] = []
    /// Whether earlier images are left out.
    package private(set) var hasMoreImages = false
    private let database: Database

    /// - Parameters:
    ///   - archive: the archive of the image.
    ///   - image: the last moment of the line.
    ///   - older: an image with which the line begins; nil: it begins with the first event.
    ///   - most: how many events, and how many images, it has at most: the last ones.
    /// - Throws: the errors of reading the archive.
    package init(_ archive: Archive, before image: ArchivedImage, since older: ArchivedImage?, most: Int) throws {
        database = archive.database
        guard let end = try instant(image.imageID) else { return }
        let start = try older.flatMap { try instant($0.imageID) } ?? Int64.min
        for segment in try segments(image.label.series, start, end) {
            if events.count >= most, let first = events.first, segment.finish < first.instant {
                isShortened = true
                break
            }
            events += try events(segment, start, end, most + 1)
            events.sort { ($0.instant, $0.eventID) < ($1.instant, $1.eventID) }
            if events.count > most {
                isShortened = true
                events.removeFirst(events.count - most)
            }
        }
        try readImages(
            image.label.series, isShortened || older == nil ? events.first?.instant ?? end : start, end, most)
    }

    private func instant(_ imageID: Int64) throws -> Int64? {
        try database.integer(
            """
            SELECT CAST(strftime('%s', coalesce(captured_at, imported_at)) AS INTEGER) * 1000 FROM image
            WHERE image_id = ?
            """, imageID)
    }

    private struct Segment {
        let id, firstEvent, lastEvent, finish: Int64
    }

    /// The segments with a part of the time, the last one first.
    private func segments(_ series: String, _ start: Int64, _ end: Int64) throws -> [Segment] {
        let rows = try database.prepare(
            """
            SELECT g.segment_id, g.first_event, g.last_event, g.finish
            FROM log l JOIN log_segment g ON g.log_id = l.log_id
            WHERE l.series = ? AND g.start <= ? AND g.finish >= ? ORDER BY g.finish DESC, g.position DESC
            """)
        try rows.bind(1, series)
        try rows.bind(2, end + 999)
        try rows.bind(3, start)
        var segments: [Segment] = []
        while try rows.step() {
            segments.append(
                Segment(
                    id: rows.integer(0), firstEvent: rows.integer(1), lastEvent: rows.integer(2),
                    finish: rows.integer(3)))
        }
        return segments
    }

    private func events(_ segment: Segment, _ start: Int64, _ end: Int64, _ most: Int) throws -> [Event] {
        // The minutes of a segment keep the search away from the rest of a long log.
        let rows = try database.prepare(
            """
            SELECT g.start + e.at, v.event_id, v.log_id, v.position, v.time, v.domid, v.connection, v.operation, v.path,
                   coalesce(v.value, v.perms), v.outcome, v.took_effect
            FROM event e
            CROSS JOIN log_segment g ON g.segment_id = e.segment_id
            CROSS JOIN events v ON v.event_id = e.event_id
            WHERE e.event_id BETWEEN max(?2, coalesce((SELECT max(m.event_id) FROM log_minute m
                                                       WHERE m.segment_id = ?1 AND m.minute < ?4 / 60000), ?2))
                                 AND min(?3, coalesce((SELECT min(m.event_id) FROM log_minute m
                                                       WHERE m.segment_id = ?1 AND m.minute > ?5 / 60000), ?3))
              AND e.operation IN (2, 3, 4, 5, 14, 15, 18, 19, 50, 51) AND g.start + e.at BETWEEN ?4 AND ?5
            ORDER BY e.event_id DESC LIMIT ?6
            """)
        for (index, value) in [
            segment.id, segment.firstEvent, segment.lastEvent, start, end + 999, Int64(most),
        ].enumerated() {
            try rows.bind(index + 1, value)
        }
        var events: [Event] = []
        while try rows.step() { events.append(Self.event(rows)) }
        return events
    }

    private static func event(_ row: Statement) -> Event {
        Event(
            instant: row.integer(0), eventID: row.integer(1), logID: row.integer(2), position: row.integer(3),
            time: row.string(4), domid: row.isNull(5) ? nil : UInt16(exactly: row.integer(5)),
            connection: row.octets(6), operation: row.string(7), path: row.isNull(8) ? nil : row.octets(8),
            value: row.isNull(9) ? nil : row.octets(9), outcome: row.isNull(10) ? nil : row.string(10),
            tookEffect: row.isNull(11) ? nil : row.integer(11) != 0)
    }

    private mutating func readImages(_ series: String, _ start: Int64, _ end: Int64, _ most: Int) throws {
        let rows = try database.prepare(
            """
            SELECT image_id, name, seen_at, instant FROM (
              SELECT i.image_id, i.name, coalesce(i.captured_at, i.imported_at) AS seen_at,
                     CAST(strftime('%s', coalesce(i.captured_at, i.imported_at)) AS INTEGER) * 1000 AS instant
              FROM image i WHERE i.series = ?)
            WHERE instant BETWEEN ? AND ? ORDER BY instant DESC, image_id DESC LIMIT ?
            """)
        try rows.bind(1, series)
        try rows.bind(2, start)
        try rows.bind(3, end)
        try rows.bind(4, Int64(most) + 1)
        while try rows.step() {
            images.append(
                Image(
                    imageID: rows.integer(0), name: rows.string(1), time: rows.string(2), instant: rows.integer(3)))
        }
        hasMoreImages = images.count > most
        if hasMoreImages { images.removeLast() }
        images.reverse()
    }
}
