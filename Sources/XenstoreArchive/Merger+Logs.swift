import XenstoreStream

extension Merger {
    /// What became of a file of a log of the other archive.
    package struct LogOutcome: Sendable {
        /// The log in the other archive.
        package let original: ArchivedLog
        /// The name of the file.
        package let name: String
        /// What the import of the file did.
        package let stored: LogImporter.Outcome
    }

    /// Takes the logs of the other archive, file by file, as if each were imported here; call it in
    /// the transaction of the merge.
    func takeLogs(_ other: MergeSource, _ source: String) throws -> [LogOutcome] {
        var outcomes: [LogOutcome] = []
        // Files that were imported together there stay together here.
        var runs: [Int64: Int64] = [:]
        let firstRun = try LogImporter.nextRun(archive)
        for log in try ArchivedLog.all(other.archive) {
            for file in try ArchivedLogFile.all(other.archive, of: log.logID) {
                let run = runs[file.run] ?? firstRun &+ Int64(runs.count)
                runs[file.run] = run
                var bytes: [UInt8] = []
                try LogExporter(other.archive).export(file) { bytes += $0 }
                try checkTimes(of: file, log, other)
                let label = ImageLabel(
                    name: file.name, series: log.series, capturedAt: nil, modifiedAt: file.modifiedAt)
                let stored = try LogImporter(archive, run: run, by: custodian).add(
                    bytes, LogScan(bytes, log.form), label: label, zone: zone(of: file, other),
                    from: Provenance(.merge, source: "\(source) log:\(log.logID)"), importedAt: file.importedAt)
                outcomes.append(LogOutcome(original: log, name: file.name, stored: stored))
            }
        }
        return outcomes
    }

    /// The time zone of a file's lines; nil if it is unknown, or not the same for all.
    private func zone(of file: ArchivedLogFile, _ other: MergeSource) throws -> LogZone? {
        let offsets = try Set(file.parts.map { try LogSegment.load(other.archive.database, $0.segmentID).utcOffset })
        guard offsets.count == 1, let offset = offsets.first ?? nil else { return nil }
        return LogZone(minutesAhead: offset)
    }

    /// Refuses times that this program does not write.
    private func checkTimes(of file: ArchivedLogFile, _ log: ArchivedLog, _ other: MergeSource) throws {
        for time in [file.modifiedAt, file.importedAt].compactMap(\.self) {
            guard (try? Timestamp.normalize(time)) != time else { continue }
            throw ArchiveError(
                .damaged, "\(other.path): a file of log:\(log.logID) has the time '\(time)', which is not valid")
        }
    }
}
