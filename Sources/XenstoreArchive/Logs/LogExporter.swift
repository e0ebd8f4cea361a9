import XenstoreStream

/// Writes logs and their files from the tables.
package struct LogExporter {
    private let database: Database
    private static let chunk = 1 << 16

    package init(_ archive: Archive) {
        database = archive.database
    }

    init(_ database: Database) {
        self.database = database
    }

    /// Writes the bytes of a file as it was imported.
    /// - Returns: their SHA-256.
    func write(_ file: ArchivedLogFile, _ body: (Octets) throws -> Void) throws -> String {
        try write(file.parts, body)
    }

    /// Writes the bytes of a file, and compares them with those of the import.
    package func export(_ file: ArchivedLogFile, _ body: (Octets) throws -> Void) throws {
        guard try write(file, body) == file.sha256 else {
            throw ArchiveError(
                .damaged,
                "\(database.path): the log's file \(Escape.printable(file.name)) does not come out as it was "
                    + "imported; restore a backup")
        }
    }

    /// Writes all lines of a log, each once.
    package func export(_ log: ArchivedLog, _ body: (Octets) throws -> Void) throws {
        for segment in try LogSegment.all(database, of: log.logID) {
            let part = ArchivedLogFile.Part(segmentID: segment.segmentID, firstLine: 1, lineCount: segment.lineCount)
            guard try write([part], body) == segment.sha256 else {
                throw ArchiveError(
                    .damaged,
                    "\(database.path): log \(log.logID) does not come out as it was imported; restore a backup")
            }
        }
    }

    private func write(_ parts: [ArchivedLogFile.Part], _ body: (Octets) throws -> Void) throws -> String {
        var digest = Digest()
        var buffer: [UInt8] = []
        func flush() throws {
            digest.update(buffer)
            try body(buffer[...])
            buffer.removeAll(keepingCapacity: true)
        }
        for part in parts {
            let segment = try LogSegment.load(database, part.segmentID)
            try LogDecoder(database, segment).forEachRecord(firstLine: part.firstLine, lineCount: part.lineCount) {
                buffer.append(contentsOf: $0)
                if buffer.count >= Self.chunk { try flush() }
            }
        }
        try flush()
        return digest.hexadecimal()
    }
}
