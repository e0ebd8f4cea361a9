import XenstoreStream

/// A copy of an archive as of one moment, made while others may write to the archive.
public struct Snapshot: Sendable {
    /// The number of images in the copy.
    public let imageCount: Int64
    /// The bytes of the copy.
    public let size: Int64
    /// The hash of the newest entry of the custody log in the copy, for `verify --expect`; nil if
    /// the log is empty.
    public let custodyHash: String?

    /// Copies an archive byte by byte. Who writes to it waits until the copy is made.
    /// - Parameters:
    ///   - archive: the archive, open for reading.
    ///   - path: the name of the copy. It appears when the copy is complete and on the disk.
    ///   - overwrite: whether a file of that name may be replaced.
    /// - Throws: `ArchiveError` if the archive cannot be read, or the copy not be written; no copy
    ///   then exists.
    public init(of archive: Archive, at path: String, overwrite: Bool) throws {
        let database = archive.database
        guard !FileIO.isSameFile(path, database.path) else {
            throw ArchiveError(.usage, "\(path): is the archive itself; give the copy another name")
        }
        let file = try OutputFile(path: path, overwrite: overwrite, withoutName: true)
        try database.execute("BEGIN")
        defer { try? database.execute("ROLLBACK") }
        // The first statement that reads takes the lock, which lasts as long as the transaction.
        imageCount = try database.integer("SELECT count(*) FROM image") ?? 0
        // What another program keeps in a log beside the file would be missing in the copy.
        let mode = try database.prepare("PRAGMA journal_mode")
        guard try mode.step(), mode.string(0) != "wal" else {
            throw ArchiveError(
                .database,
                "\(database.path): is in WAL mode, in which the file alone is not the archive; run "
                    + "'PRAGMA journal_mode = DELETE' in sqlite3 first")
        }
        custodyHash = try CustodyLog(database).lastEntry()?.hash
        var size: Int64 = 0
        try database.forEachFileBlock {
            try file.write($0)
            size += Int64($0.count)
        }
        self.size = size
        try file.commit(overwrite: overwrite)
    }
}
