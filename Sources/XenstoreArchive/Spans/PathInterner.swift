import XenstoreStream

/// Gives ids to the paths of one image.
///
/// The first image of an archive has only new paths. All are inserted at once, with their numbers
/// in the image's path table as ids, and their index is created after them. That costs half as much
/// as path by path, and leaves no gaps in the index.
final class PathInterner {
    private let database: Database
    private let insert, find: Statement
    /// Whether the ids are the numbers in the image's path table.
    private let isFirst: Bool
    private var nextID: Int64

    /// - Parameters:
    ///   - paths: the paths of the image.
    ///   - image: its bytes, which contain the paths.
    init(_ database: Database, _ paths: PathTable, image: UnsafeRawBufferPointer) throws {
        self.database = database
        let lastID = try database.integer("SELECT max(path_id) FROM path") ?? 0
        guard (0..<1 << 53).contains(lastID) else {
            throw ArchiveError(
                .damaged,
                "\(database.path): a path has the id \(lastID), which no import assigns; the archive is damaged: "
                    + "restore a backup")
        }
        nextID = lastID + 1
        isFirst = lastID == 0 && paths.count > 0
        insert = try database.prepare("INSERT OR IGNORE INTO path (path_id, path) VALUES (?, ?)")
        find = try database.prepare("SELECT path_id FROM path WHERE path = ?")
        if isFirst { try Self.insertAll(database, paths, image) }
    }

    private static func insertAll(_ database: Database, _ paths: PathTable, _ image: UnsafeRawBufferPointer) throws {
        try database.execute("DROP INDEX path_text")
        let batch = try BatchInsert(
            database, "INSERT INTO path (path_id, path) VALUES", row: "(?, ?)", count: paths.count)
        for index in 0..<paths.count {
            try batch.statement.bind(batch.offset + 1, Int64(index) + 1)
            try batch.statement.bindTextOrBlob(
                batch.offset + 2, standingAt: UnsafeRawBufferPointer(rebasing: image[paths.range(index)]))
            try batch.next()
        }
        try database.execute("CREATE UNIQUE INDEX path_text ON path (path)")
    }

    /// - Parameters:
    ///   - path: its bytes, which must stay in place until the call returns.
    ///   - index: the path's number in the image's path table.
    func id(of path: UnsafeRawBufferPointer, index: Int32) throws -> Int64 {
        if isFirst { return Int64(index) + 1 }
        // Most of these paths are new, so the insert is tried first; it does nothing if the path
        // exists.
        try insert.bind(1, nextID)
        try insert.bindTextOrBlob(2, standingAt: path)
        try insert.run()
        if database.changeCount == 1 {
            defer { nextID += 1 }
            return nextID
        }
        try find.bindTextOrBlob(1, standingAt: path)
        defer { find.reset() }
        guard try find.step() else {
            throw ArchiveError(
                .damaged,
                "\(database.path): a path exists but cannot be found; the archive is damaged: restore a backup")
        }
        return find.integer(0)
    }
}
