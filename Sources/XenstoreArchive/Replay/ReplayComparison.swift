import XenstoreStream

/// Two neighbouring images of a series, compared through the log between them: the older one and
/// what the log says happened since have to give the newer one.
package struct ReplayComparison {
    package let older: ArchivedImage
    package let newer: ArchivedImage
    /// The log by which the older one was replayed; nil: no log covers both.
    package private(set) var logID: Int64?
    /// Why they were not compared; nil if they were.
    package private(set) var problem: String?
    /// The number of paths that are the same in both.
    package private(set) var sameCount = 0
    /// The number of paths of which one of them does not say all.
    package private(set) var unknownCount = 0
    /// Sorted by path.
    package private(set) var differences: [ReplayDifference] = []
    /// What the log does not say.
    package private(set) var notes: [String] = []

    /// When differences began is found for as many of them.
    private static let mostDated = 1000

    /// Calls `body` with each pair of neighbouring images, of the series that have a log.
    /// - Throws: `ArchiveError` if the archive cannot be read, or what `body` throws.
    package static func forEachPair(_ archive: Archive, _ body: (ReplayComparison) throws -> Void) throws {
        for series in Set(try ArchivedLog.all(archive).map(\.series)).sorted() {
            var images: [(image: ArchivedImage, captured: Range<Int64>)] = []
            try archive.forEachImage(of: [series]) { image in
                guard image.label.series == series, let text = image.label.capturedAt,
                    let captured = try Moment.milliseconds(text), image.stream.root.isAbsolute,
                    image.stream.coverage.covers(.nodes)
                else { return }
                images.append((image, captured))
            }
            images.sort { ($0.captured.lowerBound, $0.image.imageID) < ($1.captured.lowerBound, $1.image.imageID) }
            for (older, newer) in zip(images, images.dropFirst()) {
                try body(ReplayComparison(archive, series, older.image, newer.image, newer.captured))
            }
        }
    }

    private init(
        _ archive: Archive, _ series: String, _ older: ArchivedImage, _ newer: ArchivedImage, _ captured: Range<Int64>
    ) throws {
        self.older = older
        self.newer = newer
        let source: ReplaySource
        do {
            source = try ReplaySource.find(
                archive, series: series, fixed: older, at: .time(captured), for: "@\(newer.imageID)")
        } catch let error as ArchiveError where error.code == .noSuchImage {
            problem = "no log of the series reaches from the one to the other"
            return
        }
        let captured = ReplaySource.exact(captured, source.log.form)
        guard source.finish.map({ $0 >= captured.lowerBound }) ?? false else {
            problem = "the log ends before the newer image"
            return
        }
        guard source.beginsInTime else {
            problem = "the log begins after the older image"
            return
        }
        logID = source.log.logID
        let before = captured.lowerBound..<captured.lowerBound
        var global: GlobalData?
        let image = try StoreState(
            of: ImageSource(archive, newer), rules: Replayer.rules(source.log.form), global: &global)
        var replayer = try Replayer(archive, source)
        try replayer.run(through: before)
        let state = replayer.state
        notes = try replayer.remarks()
        compare(state, image, try Self.later(&replayer, captured))
        try date(archive, source, captured, image)
    }

    /// The paths that changed in the second of the newer image: it may be from before or after.
    private static func later(_ replayer: inout Replayer, _ captured: Range<Int64>) throws -> ReplayTouched {
        let touched = ReplayTouched()
        replayer.observe = { step, _ in touched.add(step.path) }
        try replayer.run(through: captured)
        return touched
    }

    private mutating func compare(_ state: StoreState, _ image: StoreState, _ later: ReplayTouched) {
        for path in Set(state.nodes.keys).union(image.nodes.keys) {
            switch ReplayVerdict(path, state, image) {
            case .same: sameCount += 1
            case .unknown: unknownCount += 1
            case .different(let difference):
                if later.has(path) { unknownCount += 1 } else { differences.append(difference) }
            }
        }
        differences.sort { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// Finds since when the replay and the image part: replays once more, and looks at these paths.
    private mutating func date(
        _ archive: Archive, _ source: ReplaySource, _ captured: Range<Int64>, _ image: StoreState
    ) throws {
        guard !differences.isEmpty else { return }
        var replayer = try Replayer(archive, source)
        let dates = ReplayDates(differences.prefix(Self.mostDated).map(\.path), replayer.state, image)
        replayer.observe = { dates.look($0, $1) }
        try replayer.run(through: captured.lowerBound..<captured.lowerBound)
        for index in differences.indices {
            guard let step = dates.step(differences[index].path) else { continue }
            differences[index].position = step.position
            differences[index].time = step.time
        }
    }
}
