import XenstoreStream

/// Stores logs in an archive.
package struct LogImporter {
    private let database: Database
    private let custodian: Custodian
    /// The same for all files that are imported together.
    private let run: Int64

    /// - Parameters:
    ///   - archive: the archive for the logs.
    ///   - run: the number of the run that `nextRun` has given.
    ///   - custodian: who imports, for the custody log.
    package init(_ archive: Archive, run: Int64, by custodian: Custodian = .current) {
        database = archive.database
        self.run = run
        self.custodian = custodian
    }

    /// A number for files that are imported together.
    package static func nextRun(_ archive: Archive) throws -> Int64 {
        (try archive.database.integer("SELECT max(run) FROM log_file") ?? 0) &+ 1
    }

    /// The result of storing a file.
    package struct Outcome: Sendable {
        package let logID: Int64
        /// The number of its lines, and how many of them are new to the archive.
        package let lineCount: Int64
        package let newLineCount: Int64
        /// The number of records among the new lines, and of lines that are none.
        package let recordCount: Int64
        package let otherCount: Int64
        package let sha256: String
        /// Whether the same file was imported before, under the same name.
        package let isKnown: Bool
        /// Whether the time zone of its times is known.
        package let isZoneKnown: Bool
    }

    /// Stores a file in one transaction: all of it, proved to come out byte for byte, or nothing.
    /// - Parameters:
    ///   - bytes: all bytes of the file.
    ///   - form: as it was detected.
    ///   - label: its name and series, and when it was last written.
    ///   - zone: the time zone of a trace log; nil: unknown. Other logs are UTC.
    ///   - provenance: its origin, for the custody log.
    /// - Throws: `ArchiveError` if it cannot be stored; the archive is then unchanged.
    @discardableResult
    package func store(
        _ bytes: [UInt8], _ form: LogForm, label: ImageLabel, zone: LogZone? = nil, from provenance: Provenance
    ) throws -> Outcome {
        let scan = LogScan(bytes, form)
        return try database.transaction { try add(bytes, scan, label: label, zone: zone, from: provenance) }
    }

    /// Stores a file that has been read; call it in a transaction.
    /// - Parameters:
    ///   - bytes: all bytes of the file.
    ///   - scan: what was read.
    ///   - label: its name and series, and when it was last written.
    ///   - zone: the time zone of a trace log; nil: unknown.
    ///   - provenance: its origin, for the custody log.
    ///   - time: when another archive imported it; nil: it is imported now.
    func add(
        _ bytes: [UInt8], _ scan: LogScan, label: ImageLabel, zone: LogZone?, from provenance: Provenance,
        importedAt time: String? = nil
    ) throws -> Outcome {
        let zone = scan.form == .trace ? zone : .utc
        let sha256 = Digest.sha256(bytes)
        let name = LogName(label.name)
        let logID = try log(name, scan.form, label, time)
        var provenance = provenance
        if let zone, scan.form == .trace {
            provenance.note = (provenance.note.map { $0 + "; " } ?? "") + "time zone \(zone.text)"
        }
        provenance.note = CustodyBlank.note(ofLog: logID, provenance.note)
        func record() throws {
            try CustodyLog(database).append(
                provenance, file: (size: Int64(bytes.count), sha256: sha256), by: custodian)
        }
        if let known = try knownFile(logID, label, sha256) {
            if let zone, try setZone(zone, known, logID) { try record() }
            return Outcome(
                logID: logID, lineCount: Int64(scan.lineCount), newLineCount: 0, recordCount: 0, otherCount: 0,
                sha256: sha256, isKnown: true, isZoneKnown: try isZoneKnown(known, logID))
        }
        let file = try storeFile(logID, label, bytes.count, sha256, scan.lineCount, time)
        let segments = try LogSegment.all(database, of: logID)
        let runs = try LogOverlap(database, scan, bytes).runs(segments)
        let stored = try storeParts(file, logID, name, scan, zone, (bytes, sha256), runs)
        if let zone, !runs.isEmpty { _ = try setZone(zone, file, logID) }
        try order(logID)
        // A file that is one new segment has been proved as that.
        if !runs.isEmpty { try prove(logID, file) }
        try record()
        return Outcome(
            logID: logID, lineCount: Int64(scan.lineCount), newLineCount: stored.lines,
            recordCount: stored.records, otherCount: stored.others, sha256: sha256, isKnown: false,
            isZoneKnown: try isZoneKnown(file, logID))
    }

    private func order(_ logID: Int64) throws {
        try LogOrder(database, logID).compute(LogOrder.followers(ArchivedLogFile.all(database, of: logID)))
    }

    private func file(_ fileID: Int64, _ logID: Int64) throws -> ArchivedLogFile? {
        try ArchivedLogFile.all(database, of: logID).last { $0.fileID == fileID }
    }

    /// Gives the lines of a file a time zone, if they have none.
    private func setZone(_ zone: LogZone, _ fileID: Int64, _ logID: Int64) throws -> Bool {
        guard let file = try file(fileID, logID), try LogZoning(database).set(zone, of: file) else { return false }
        try order(logID)
        return true
    }

    private func isZoneKnown(_ fileID: Int64, _ logID: Int64) throws -> Bool {
        try file(fileID, logID)?.parts.allSatisfy {
            try LogSegment.load(database, $0.segmentID).utcOffset != nil
        } ?? false
    }

    /// The log that a file belongs to, which is added if it is new.
    private func log(_ name: LogName, _ form: LogForm, _ label: ImageLabel, _ time: String?) throws -> Int64 {
        let find = try database.prepare("SELECT log_id FROM log WHERE series = ? AND name = ? AND form = ?")
        for (index, value) in [label.series, name.base, form.rawValue].enumerated() { try find.bind(index + 1, value) }
        if try find.step() { return find.integer(0) }
        let insert = try database.prepare(
            """
            INSERT INTO log (series, name, form, imported_at)
            VALUES (?, ?, ?, coalesce(?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))
            """)
        for (index, value) in [label.series, name.base, form.rawValue].enumerated() {
            try insert.bind(index + 1, value)
        }
        if let time { try insert.bind(4, time) }
        try insert.run()
        return database.lastInsertID
    }

    /// The file of the log with the same name and bytes.
    private func knownFile(_ logID: Int64, _ label: ImageLabel, _ sha256: String) throws -> Int64? {
        let find = try database.prepare("SELECT file_id FROM log_file WHERE log_id = ? AND name = ? AND sha256 = ?")
        try find.bind(1, logID)
        try find.bind(2, label.name)
        try find.bind(3, sha256)
        return try find.step() ? find.integer(0) : nil
    }

    private func storeFile(
        _ logID: Int64, _ label: ImageLabel, _ size: Int, _ sha256: String, _ lineCount: Int, _ time: String?
    ) throws -> Int64 {
        let insert = try database.prepare(
            """
            INSERT INTO log_file (log_id, name, size, sha256, line_count, modified_at, imported_at, run)
            VALUES (?, ?, ?, ?, ?, ?, coalesce(?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?)
            """)
        try insert.bind(1, logID)
        try insert.bind(2, label.name)
        try insert.bind(3, Int64(size))
        try insert.bind(4, sha256)
        try insert.bind(5, Int64(lineCount))
        if let time = label.modifiedAt { try insert.bind(6, time) }
        if let time { try insert.bind(7, time) }
        try insert.bind(8, run)
        try insert.run()
        return database.lastInsertID
    }

    // MARK: Parts

    private func storeParts(
        _ file: Int64, _ logID: Int64, _ name: LogName, _ scan: LogScan, _ zone: LogZone?,
        _ content: (bytes: [UInt8], sha256: String), _ runs: [LogOverlap.Run]
    ) throws -> (lines: Int64, records: Int64, others: Int64) {
        let insert = try database.prepare(
            """
            INSERT INTO log_part (file_id, part, segment_id, first_line, line_count, file_line)
            VALUES (?, ?, ?, ?, ?, ?)
            """)
        var (part, line): (Int64, Int64) = (1, 1)
        func addPart(_ segmentID: Int64, _ firstLine: Int64, _ lineCount: Int64) throws {
            for (index, value) in [file, part, segmentID, firstLine, lineCount, line].enumerated() {
                try insert.bind(index + 1, value)
            }
            try insert.run()
            part += 1
            line += lineCount
        }
        var new: (lines: Int64, records: Int64, others: Int64) = (0, 0, 0)
        func addNew(_ records: Range<Int>) throws {
            guard let first = scan.events[records].first, let last = scan.events[records].last else { return }
            let isWhole = records.count == scan.events.count
            let text = isWhole ? content.bytes : Array(content.bytes[first.offset..<last.range.upperBound])
            let own = isWhole ? scan : LogScan(text, scan.form)
            let digest = isWhole ? content.sha256 : Digest.sha256(text)
            let segmentID = try LogRows(database, own, bytes: text, zone: zone).store(
                logID: logID, rotation: name.rotation, sha256: digest)
            try prove(segmentID)
            try addPart(segmentID, 1, Int64(own.lineCount))
            new.lines += Int64(own.lineCount)
            new.others += Int64(own.otherCount)
            new.records += Int64(own.events.count - own.otherCount)
        }
        var next = 0
        for run in runs {
            try addNew(next..<run.records.lowerBound)
            try addPart(run.segmentID, run.firstLine, run.lineCount)
            next = run.records.upperBound
        }
        try addNew(next..<scan.events.count)
        return new
    }

    /// Writes a new segment from the tables, and compares.
    private func prove(_ segmentID: Int64) throws {
        let segment = try LogSegment.load(database, segmentID)
        if let problem = try LogCheck(database).problem(of: segment) {
            throw ArchiveError(.notReproducible, "\(database.path): the log would not come out as it is: \(problem)")
        }
    }

    /// Checks that the parts of a file give its bytes.
    private func prove(_ logID: Int64, _ file: Int64) throws {
        guard let found = try ArchivedLogFile.all(database, of: logID).last(where: { $0.fileID == file }),
            try LogExporter(database).write(found, { _ in }) == found.sha256
        else {
            throw ArchiveError(.notReproducible, "\(database.path): the log would not come out as it is")
        }
    }
}
