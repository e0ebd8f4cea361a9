import XenstoreArchive
import XenstoreStream

/// Who made the changes from one image of an archive to a later one, by the logs of their series.
///
/// The query `log_blame` finds them, as it does for `blame`.
package struct ChangeAuthors {
    private var authors: [Octets: [ChangeAuthor]] = [:]
    private let hasLogs: Bool

    /// - Parameters:
    ///   - old: the older image.
    ///   - new: the newer image.
    ///   - timeout: seconds after which the query is stopped; nil: no limit.
    /// - Throws: `ArchiveError` with code `usage` if they are not images of one series in the order
    ///   of time, and the errors of reading the archive.
    package init(from old: ImageSource, to new: ImageSource, timeout: Double? = nil) throws {
        guard case .archive(_, let older) = old.origin, case .archive(let archive, let newer) = new.origin else {
            throw ArchiveError(
                .usage, "who made a change only logs of an archive say: give two archived images, like @1 and @2")
        }
        try Self.requireOrder(older, newer)
        hasLogs = try Self.hasLogs(archive, series: newer.label.series)
        let rows = try NamedQuery.named("log_blame").prepare(
            archive,
            parameters: ["image_id": String(newer.imageID), "before_id": String(older.imageID)], timeout: timeout)
        while try rows.step() { authors[rows.octets(0), default: []].append(Self.author(rows)) }
    }

    /// Refuses images between which a log cannot say who changed what.
    /// - Throws: `ArchiveError` with code `usage` if they are of two series, or not in the order of
    ///   time.
    package static func requireOrder(_ old: ArchivedImage, _ new: ArchivedImage) throws {
        guard old.label.series == new.label.series else {
            throw ArchiveError(
                .usage,
                "a log is of one host: @\(old.imageID) is of the series \(old.label.series), and @\(new.imageID) of "
                    + new.label.series)
        }
        guard old.seenAt <= new.seenAt else {
            throw ArchiveError(.usage, "@\(old.imageID) is newer than @\(new.imageID): give the older image first")
        }
    }

    private static func hasLogs(_ archive: Archive, series: String) throws -> Bool {
        let row = try archive.database.prepare("SELECT 1 FROM log WHERE series = ? LIMIT 1")
        try row.bind(1, series)
        return try row.step()
    }

    private static func author(_ row: Statement) -> ChangeAuthor {
        func number(_ column: Int) -> Int64? { row.isNull(column) ? nil : row.integer(column) }
        func text(_ column: Int) -> String? { row.isNull(column) ? nil : row.string(column) }
        return ChangeAuthor(
            what: row.string(9), domid: number(2).flatMap { UInt16(exactly: $0) },
            connection: row.isNull(3) ? nil : row.octets(3), operation: text(10), time: text(4), logID: number(5),
            position: number(6), certainty: ChangeAuthor.Certainty(rawValue: row.string(7)) ?? .unknown,
            reason: text(8))
    }

    /// Who made a change: of a node whose value and permissions changed, who wrote the value and
    /// who set the permissions.
    /// - Returns: at least one, who is unknown if no log explains the change.
    package func authors(of change: Change) -> [ChangeAuthor] {
        let isNode = change.kind == .node || change.kind == .perms
        let path = change.action == .removed ? change.oldPath ?? change.path : change.path
        guard isNode, let path else { return [.unknown("value", "not looked for in logs: only changes of nodes are")] }
        let wanted = Self.wanted(change)
        let found = (authors[path] ?? []).filter { wanted.contains($0.what) }
        guard found.isEmpty else { return found }
        let isRenamed = change.oldPath != nil && change.action == .changed
        return [
            .unknown(
                wanted.first ?? "value",
                absence(isRenamed ? "it is not followed from one path to another" : nil))
        ]
    }

    private static func wanted(_ change: Change) -> [String] {
        switch change.action {
        case .added: return ["value"]
        case .removed: return ["removed"]
        case .changed:
            let names = Set(change.differences.map(\.name))
            return [names.contains("value") ? "value" : nil, names.contains("perms") ? "perms" : nil].compactMap(\.self)
        }
    }

    private func absence(_ reason: String?) -> String {
        guard hasLogs else { return "no log covers the time: the series has none" }
        return reason.map { "not in a log: \($0)" } ?? "not in a log"
    }
}

extension ArchivedImage {
    /// The time of the capture, or of the import if that is unknown, as a text in order of time.
    fileprivate var seenAt: String {
        let time = label.capturedAt ?? importedAt
        return time.last == "Z" ? String(time.dropLast()) : time
    }
}
