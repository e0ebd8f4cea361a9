extension Remover {
    /// Removes logs in one transaction, then clears the file.
    /// - Parameters:
    ///   - logs: of this archive.
    ///   - note: why, for the custody log.
    ///   - custodian: who does it, for the custody log.
    ///   - progress: called with each step when it begins.
    /// - Throws: `ArchiveError` if the logs cannot be removed; the archive is then unchanged. If
    ///   only clearing failed, call `clear`.
    package func remove(
        _ logs: [ArchivedLog], note: String? = nil, by custodian: Custodian = .current,
        progress: (Step) -> Void = { _ in }
    ) throws {
        try alone {
            try database.transaction {
                progress(.deleting)
                for log in logs {
                    let what = "log:\(log.logID), \(log.name), series \(log.series)"
                    let custody = CustodyLog(database)
                    let blanks = try CustodyBlanking(database).blank(log: log.logID, by: custody.nextEntryID())
                    let provenance = Provenance(
                        .remove, source: CustodyBlank.source(blanks), note: note.map { "\(what): \($0)" } ?? what)
                    try custody.append(provenance, by: custodian)
                    try remove(log)
                }
                try removeUnused()
            }
            progress(.packing)
            try clearFile()
        }
    }

    private func remove(_ log: ArchivedLog) throws {
        for segment in try LogSegment.all(database, of: log.logID) {
            try run("DELETE FROM log_part WHERE segment_id = ?1", segment.segmentID)
            try run(
                "DELETE FROM event WHERE event_id BETWEEN ?1 AND ?2", segment.firstEvent,
                segment.firstEvent &+ segment.lineCount &- 1)
            for table in [
                "event_tally", "log_minute", "log_transaction", "log_connection", "log_string", "log_segment",
            ] {
                try run("DELETE FROM \(table) WHERE segment_id = ?1", segment.segmentID)
            }
        }
        try run("DELETE FROM log_file WHERE log_id = ?1", log.logID)
        try run("DELETE FROM log WHERE log_id = ?1", log.logID)
    }
}
