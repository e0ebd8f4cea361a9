import XenstoreArchive

/// A reference to a log of the archive: `log:1`.
struct LogReference {
    let logID: Int64

    private static let mark = "log:"

    /// nil if the text is something else.
    /// - Throws: `ArchiveError` with code `usage` if what follows `log:` is not an id.
    init?(_ text: String) throws {
        guard text.hasPrefix(Self.mark) else { return nil }
        guard let id = Int64(text.dropFirst(Self.mark.count)), id > 0 else {
            throw ArchiveError(.usage, "\(text): no id after log:; 'xsarchive logs' lists the logs")
        }
        logID = id
    }

    /// The log.
    func find(_ archive: Archive) throws -> ArchivedLog {
        try ArchivedLog.log(logID, archive)
    }

    /// The file of the log with a name.
    static func file(_ name: String, of log: ArchivedLog, _ archive: Archive) throws -> ArchivedLogFile {
        let files = try ArchivedLogFile.all(archive, of: log.logID)
        if let file = files.last(where: { $0.name == name }) { return file }
        throw ArchiveError(
            .noSuchImage, "log:\(log.logID): has no file \(name); 'xsarchive logs --files' lists them")
    }
}
