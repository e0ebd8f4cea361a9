import XenstoreArchive
import XenstoreClient
import XenstoreStream

/// The archive of a recorder. It is opened for each image, so that a file that was replaced or
/// upgraded meanwhile is the one that is written to.
struct RecordArchive {
    private let plan: RecordPlan

    init(_ plan: RecordPlan) {
        self.plan = plan
    }

    /// Whether what prevents storing may pass: no space, another process, permissions.
    static func mayPass(_ error: ArchiveError) -> Bool {
        [.full, .busy, .timeout, .file].contains(error.code)
    }

    /// Opens the archive, and creates it if there is none.
    /// - Returns: the time of the newest image of the series, in nanoseconds since 1970; nil: it
    ///   has none.
    func prepare() throws -> Int64? {
        let archive = try Archive.openOrCreate(plan.archive)
        archive.noteUpgrade()
        guard let series = try archive.seriesWithEnds().first(where: { $0.name == plan.series }) else { return nil }
        let times = try [series.last.seenAt, series.lastSeen].compactMap { $0 }.compactMap(Timestamp.nanoseconds)
        return times.max()
    }

    /// Stores an image.
    func store(_ image: ScannedImage, at time: Int64, _ note: RecordNote) throws -> Importer.Outcome {
        let archive = try Archive.openOrCreate(plan.archive)
        let label = ImageLabel(name: plan.name, series: plan.series, capturedAt: try CaptureReport.time(max(0, time)))
        let provenance = Provenance(
            .import, source: Provenance.file(plan.socket).source, note: try note.json().text)
        return try Importer(archive).store(image, label: label, from: provenance)
    }

    /// Removes what no rule keeps.
    /// - Parameter proceeds: called before each step of giving space back; false: stop there.
    /// - Returns: how many images were removed.
    func prune(_ retention: Retention, while proceeds: () -> Bool) throws -> Int {
        let archive = try Archive.openExisting(plan.archive)
        let removed = try retention.verdicts(of: plan.series, in: archive).filter(\.reasons.isEmpty).map(\.image)
        try Pruning(archive, isQuiet: true).run(removed, retention, nil, while: proceeds)
        return removed.count
    }
}
