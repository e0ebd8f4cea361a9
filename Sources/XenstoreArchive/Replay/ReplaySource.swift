import XenstoreStream

/// From which image a store is replayed, and by which log.
struct ReplaySource {
    let image: ArchivedImage
    /// When the image was captured, in milliseconds since 1970: a range if it has only the second.
    let captured: Range<Int64>
    let log: ArchivedLog
    let segments: [LogSegment]
    /// The log's times minus UTC, in milliseconds.
    let offset: Int64
    /// Whether the log, or its files, say what its times are.
    let knowsZone: Bool
    /// What is to be replayed last, in milliseconds since 1970.
    let moment: Range<Int64>

    /// The index of the segment from which on to read: that of the image, or the one before, as
    /// transactions may have begun there.
    var firstSegment: Int {
        let after = segments.firstIndex { ($0.finish ?? .min / 2) &- offset >= captured.lowerBound } ?? segments.count
        return max(0, after - 1)
    }

    /// Whether the log begins before the image, or in the same second, as it does after a rotation
    /// that has written an image.
    var beginsInTime: Bool {
        (segments.first?.start).map { $0 &- offset < captured.upperBound } ?? false
    }

    /// The last time in the log.
    var finish: Int64? {
        segments.compactMap(\.finish).max().map { $0 &- offset }
    }

    /// How many places from the image to the moment there are at which lines may be missing.
    private var gapCount: Int {
        (beginsInTime ? 0 : 1)
            + segments.dropFirst().count {
                $0.joined == nil && ($0.finish ?? .min / 2) &- offset >= captured.lowerBound
                    && ($0.start ?? .max / 2) &- offset < moment.upperBound
            }
    }

    // MARK: Finding

    /// Finds the image and the log for the state at a moment.
    /// - Parameters:
    ///   - name: as the user wrote it, for errors.
    ///   - fixed: the image to begin with; nil: the last one before the moment.
    /// - Throws: `ArchiveError` if no image or no log can say it.
    static func find(
        _ archive: Archive, series: String, fixed: ArchivedImage?, at moment: Moment, for name: String
    ) throws -> ReplaySource {
        let logs = try ArchivedLog.all(archive).filter { $0.series == series }
        let shown = Escape.printable(series)
        guard !logs.isEmpty else {
            throw ArchiveError(
                .noSuchImage,
                "\(Escape.printable(name)): the series \(shown) has no log that says what happened after an image; "
                    + "import the host's log with --series \(shown)")
        }
        var found: [ReplaySource] = []
        var latest: Int64?
        for log in logs {
            let segments = try LogSegment.all(archive.database, of: log.logID)
            let zone = try ReplayZone(archive.database, log, segments)
            guard let finish = segments.compactMap(\.finish).max().map({ $0 &- zone.offset }),
                (0..<Int64.max / 2).contains(finish)
            else { continue }
            latest = max(latest ?? finish, finish)
            let wanted: Range<Int64> = if case .time(let time) = moment { time } else { finish..<finish &+ 1 }
            let range = exact(wanted, log.form)
            // A log that ends in the same second has all of it that there is.
            guard finish >= range.lowerBound else { continue }
            guard let (image, captured) = try base(archive, series, fixed, before: range.upperBound, name) else {
                continue
            }
            found.append(
                ReplaySource(
                    image: image, captured: exact(captured, log.form), log: log, segments: segments,
                    offset: zone.offset, knowsZone: zone.isKnown, moment: range))
        }
        guard let best = found.min(by: { $0.rank < $1.rank }) else {
            let end = try latest.map { "the logs of the series \(shown) end at \(try Moment.text($0))" }
            throw ArchiveError(
                .noSuchImage,
                "\(Escape.printable(name)): \(end ?? "no log of the series \(shown) has a time"); import newer lines, "
                    + "or ask for an earlier moment")
        }
        return best
    }

    /// A time as exactly as a log can have it: a trace log has whole seconds.
    static func exact(_ time: Range<Int64>, _ form: LogForm) -> Range<Int64> {
        guard form == .trace, time.lowerBound >= 0, time.upperBound < .max / 2 else { return time }
        return time.lowerBound / 1000 * 1000..<(time.upperBound + 999) / 1000 * 1000
    }

    /// The smaller, the more can be said by it.
    private var rank: (Int, Int, Int64) {
        (gapCount, log.form == .syslog ? 1 : 0, log.logID)
    }

    /// The last image of the series before a moment whose time is known; one that covers the host
    /// if there is one.
    private static func base(
        _ archive: Archive, _ series: String, _ fixed: ArchivedImage?, before end: Int64, _ name: String
    ) throws -> (ArchivedImage, Range<Int64>)? {
        var before: [(image: ArchivedImage, captured: Range<Int64>)] = []
        var first: String?
        func consider(_ image: ArchivedImage) throws {
            guard let text = image.label.capturedAt, let captured = try Moment.milliseconds(text) else { return }
            if first.map({ text < $0 }) ?? true { first = text }
            if captured.lowerBound < end { before.append((image, captured)) }
        }
        if let fixed {
            try consider(fixed)
        } else {
            try archive.forEachImage(of: [series]) { if $0.label.series == series { try consider($0) } }
        }
        before.sort {
            ($0.captured.lowerBound, $0.image.imageID) > ($1.captured.lowerBound, $1.image.imageID)
        }
        let usable = before.filter { $0.image.stream.root.isAbsolute }
        if let best = usable.first(where: { $0.image.stream.coverage.coversHost(.nodes) }) ?? usable.first {
            return best
        }
        let shown = Escape.printable(name)
        if !before.isEmpty {
            throw ArchiveError(
                .noSuchImage,
                "\(shown): where the trees of the images before it begin is unknown; import them with "
                    + "--root")
        }
        if let first {
            throw ArchiveError(
                .noSuchImage,
                "\(shown): the first image whose time is known is of \(first); ask for a later moment, or "
                    + "import an earlier image")
        }
        throw ArchiveError(
            .noSuchImage,
            "\(shown): the time of no image is known; import them with --captured-at, or with a time in their names")
    }
}
