import XenstoreStream

/// Gives ids to the paths of one image.
///
/// An archive's first image has new paths only: they get their places in the image for ids, and the index of their text
/// is made when all are there. In one go that costs half as much as path by path, and leaves no gaps in the index.
final class PathInterner {
    private let database: Database
    private let insert, find: Statement
    /// Nil where other images have been there before.
    private let first: BatchInsert?
    private var nextID: Int64

    /// - Parameter paths: the paths of the image.
    init(_ database: Database, _ paths: PathTable) throws {
        self.database = database
        let lastID = try database.integer("SELECT max(path_id) FROM path") ?? 0
        guard (0..<1 << 53).contains(lastID) else {
            throw ArchiveError(
                .damaged,
                "\(database.path): a path has the id \(lastID), which no import gives; the archive is damaged: restore a copy"
            )
        }
        nextID = lastID + 1
        if nextID == 1 && paths.count > 0 {
            try database.execute("DROP INDEX path_text")
            first = try BatchInsert(
                database, "INSERT INTO path (path_id, path) VALUES", row: "(?, ?)", count: paths.count)
        } else {
            first = nil
        }
        insert = try database.prepare("INSERT OR IGNORE INTO path (path_id, path) VALUES (?, ?)")
        find = try database.prepare("SELECT path_id FROM path WHERE path = ?")
    }

    /// - Parameters:
    ///   - index: of the path among the image's.
    ///   - path: must stay where it is until `finish`.
    func id(of path: UnsafeRawBufferPointer, index: Int32) throws -> Int64 {
        if let first {
            let id = Int64(index) + 1
            if id == nextID {
                try first.statement.bind(first.offset + 1, id)
                try first.statement.bindTextOrBlob(first.offset + 2, standingAt: path)
                try first.next()
                nextID += 1
            }
            return id
        }
        // Most paths that are asked for are new, so the insert is tried first; it does nothing where the path is there.
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
            throw ArchiveError(.damaged, "\(database.path): a path is there and cannot be found; restore a copy")
        }
        return find.integer(0)
    }

    /// To be called when all paths are there.
    func finish() throws {
        if first != nil { try database.execute("CREATE UNIQUE INDEX path_text ON path (path)") }
    }
}
