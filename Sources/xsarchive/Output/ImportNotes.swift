import XenstoreArchive
import XenstoreStream

/// What an import says at its end about the times of images and logs.
struct ImportNotes {
    /// The number of this run in the archive, once it has imported a log.
    var logRun: Int64?
    /// New images without a capture time whose names contain one.
    private var untakenCount = 0
    /// Files of logs whose time zone is unknown.
    private var unzonedCount = 0
    /// The first image that this import has stored.
    private var firstID: Int64?
    /// New images that are older than one that the series had before this import, and that image.
    private var late: [(imageID: Int64, next: Int64)] = []

    /// Remembers an image that was stored.
    /// - Parameter nameTime: whether its name contains a time that was not taken.
    mutating func add(_ outcome: Importer.Outcome, nameTime: Bool) {
        if outcome.kind != .known && nameTime { untakenCount += 1 }
        if outcome.kind != .known && firstID == nil { firstID = outcome.imageID }
        if let next = outcome.next, let firstID, next < firstID { late.append((outcome.imageID, next)) }
    }

    /// Remembers a log whose time zone is unknown.
    mutating func addUnzoned() {
        unzonedCount += 1
    }

    var lines: [String] {
        [untakenLine, lateLine, unzonedLine].compactMap { $0 }
    }

    private var unzonedLine: String? {
        guard unzonedCount > 0 else { return nil }
        let logs = unzonedCount == 1 ? "1 trace log does" : "\(unzonedCount) trace logs do"
        return "\(logs) not say the time zone of the host; import again with --time-zone, like --time-zone +02:00"
    }

    private var untakenLine: String? {
        guard untakenCount > 0 else { return nil }
        let (images, names) =
            untakenCount == 1
            ? ("1 image has", "its name contains") : ("\(untakenCount) images have", "their names contain")
        return "\(images) no capture time, but \(names) one; --time-from name takes it (UTC)"
    }

    private var lateLine: String? {
        guard let first = late.first else { return nil }
        let place = "@\(first.imageID) is older than @\(first.next), which the series had before"
        let rest = late.count == 1 ? "" : ", and so are \(late.count - 1) more images"
        return place + rest + "; log, @latest and queries take them in the order of time"
    }
}
