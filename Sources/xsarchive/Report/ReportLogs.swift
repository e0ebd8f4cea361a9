import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What the logs of an image's series add to a page: who made each change, events beside images,
/// and the handshakes of devices.
struct ReportLogs {
    /// Of a busy host's log, as of a tree, a page can hold only a part; the page says so.
    static let mostEvents = 2000
    static let mostAuthors = 20_000

    let archive: Archive
    let image: ArchivedImage
    let redactor: Redactor?
    private let old: ArchivedImage?
    /// The ids of the logs of the series.
    let logIDs: [Int64]
    private var authors: [(position: Int32, line: String)] = []
    private var isShortened = false

    /// - Returns: nil if the series has no log, or the image is not in an archive.
    /// - Throws: the errors of reading the archive.
    init?(_ source: ImageSource, comparedWith old: ImageSource?, _ redactor: Redactor?) throws {
        guard case .archive(let archive, let image) = source.origin else { return nil }
        logIDs = try ArchivedLog.all(archive).filter { $0.series == image.label.series }.map(\.logID)
        guard !logIDs.isEmpty else { return nil }
        (self.archive, self.image, self.redactor) = (archive, image, redactor)
        if let old, case .archive(_, let older) = old.origin, (try? ChangeAuthors.requireOrder(older, image)) != nil {
            self.old = older
        } else {
            self.old = nil
        }
    }

    /// Finds who made the changes of the tree.
    /// - Parameters:
    ///   - changes: from the older image to the newer.
    ///   - old: the older image.
    ///   - new: the newer image.
    ///   - tree: the page's tree.
    ///   - columns: where its nodes are in the page.
    mutating func findAuthors(
        of changes: [Change], from old: ImageSource, to new: ImageSource, _ tree: ReportTree, _ columns: ReportColumns
    ) throws {
        guard self.old != nil else { return }
        let found = try ChangeAuthors(from: old, to: new)
        for change in changes where change.kind == .node || change.kind == .perms {
            guard change.identity.isEmpty, let path = change.path,
                let index = tree.find(redactor?.redactedPath(path) ?? path)
            else { continue }
            guard authors.count < Self.mostAuthors else {
                isShortened = true
                return
            }
            for line in ChangeAuthorText.lines(found.authors(of: change)) {
                authors.append(
                    (columns.positions[index], String(line.dropFirst("who".count).drop { ": ".contains($0) })))
            }
        }
    }

    /// The page's members.
    /// - Throws: the errors of reading the archive.
    func json(_ devices: ReportDevices, _ tree: ReportTree) throws -> [(String, JSON)] {
        [
            ("who", .array(authors.map { .array([.integer(Int64($0.position)), .string($0.line)]) })),
            ("timeline", try timeline()), ("handshakes", try ReportHandshakes(self, devices, tree).json),
        ]
    }

    private func timeline() throws -> JSON {
        let line = try LogTimeline(archive, before: image, since: old, most: Self.mostEvents)
        var notes: [String] = []
        if line.isShortened {
            notes.append(
                "Only the last \(Self.mostEvents) changes before the image are here, from "
                    + "\(line.events.first?.time ?? "") on; earlier ones are left out")
        }
        if line.hasMoreImages { notes.append("Only the last \(Self.mostEvents) images are here") }
        if isShortened {
            notes.append("Of \(Self.mostAuthors) changed nodes the tree says who changed them; the rest is left out")
        }
        for log in try ArchivedLog.all(archive) where logIDs.contains(log.logID) && !log.isZoneKnown {
            notes.append("log:\(log.logID) does not say its time zone; its times stand here as if they were UTC")
        }
        notes += try NamedQuery.named("log_path").logLimitations(archive, parameters: [:])
            .filter { sentence in logIDs.contains { sentence.hasPrefix("log:\($0) ") } }
        return .object([
            (
                "images",
                .array(
                    line.images.map {
                        .array([
                            .string(Escape.printable("@\($0.imageID) \($0.name)")), .string(Escape.printable($0.time)),
                            .integer($0.instant), .bool($0.imageID == image.imageID || $0.imageID == old?.imageID),
                        ])
                    })
            ), ("events", .array(line.events.map(row))), ("notes", .array(notes.map(JSON.string))),
        ])
    }

    /// Time, instant, log, position, domid, connection, operation, path, value, outcome, and
    /// whether it took effect.
    private func row(_ event: LogTimeline.Event) -> JSON {
        let path = event.path.map { redactor?.redactedPath($0) ?? $0 }
        let value = event.value.map { redactor?.shown($0, at: event.path ?? []) ?? $0 }
        return .array([
            .string(event.time), .integer(event.instant), .integer(event.logID), .integer(event.position),
            event.domid.map { .integer(Int64($0)) } ?? .null, .string(Escape.printable(event.connection)),
            .string(event.operation), .optional(path.map(Escape.printable)), .optional(value.map(Self.short)),
            .optional(event.outcome.map(Escape.printable)), event.tookEffect.map(JSON.bool) ?? .null,
        ])
    }

    /// The beginning of a long text.
    private static func short(_ text: Octets) -> String {
        Escape.printable(text.prefix(300)) + (text.count > 300 ? "…" : "")
    }
}
