#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Removes images from an archive permanently.
///
/// Everything that only the image used is removed with it, and its bytes are erased from the file
/// and from SQLite's journal. The custody log keeps its label, its hash, and the fact that it was
/// removed; the arguments, sources and notes of its entries are blanked.
public struct Remover {
    private let archive: Archive

    var database: Database {
        archive.database
    }

    /// - Parameter archive: an archive that is open for writing.
    public init(_ archive: Archive) {
        self.archive = archive
    }

    /// The steps of a removal.
    public enum Step: Sendable {
        /// Deleting rows, proving the other images of the chains, compacting the file.
        case deleting, proving, packing
    }

    /// Removes the images in one transaction, proves those that shared records with them, then
    /// clears the file.
    /// - Parameters:
    ///   - images: of this archive.
    ///   - note: why, for the custody log.
    ///   - custodian: who does it, for the custody log.
    ///   - progress: called with each step when it begins.
    /// - Throws: `ArchiveError` if the images cannot be removed; the archive is then unchanged. If
    ///   only clearing failed, call `clear`.
    public func remove(
        _ images: [ArchivedImage], note: String? = nil, by custodian: Custodian = .current,
        progress: (Step) -> Void = { _ in }
    ) throws {
        try alone {
            try removeInTransaction(images, note, custodian, progress)
            progress(.packing)
            try clearFile()
        }
    }

    /// Removes the images chain by chain, each chain in a transaction of its own with the proof of
    /// its other images, and leaves the space to `FreeSpace`. Other processes can use the archive
    /// between two chains.
    /// - Parameters:
    ///   - images: of this archive.
    ///   - note: why, for the custody log.
    ///   - custodian: who does it, for the custody log.
    ///   - progress: called with each step when it begins.
    /// - Throws: `ArchiveError` if images cannot be removed; those of earlier chains are removed.
    public func prune(
        _ images: [ArchivedImage], note: String? = nil, by custodian: Custodian = .current,
        progress: (Step) -> Void = { _ in }
    ) throws {
        let chains = Dictionary(grouping: images, by: \.stream.chainID)
        for (_, images) in chains.sorted(by: { $0.key < $1.key }) {
            try alone { try removeInTransaction(images, note, custodian, progress) }
        }
    }

    /// Clears the file of earlier removals, if one was interrupted.
    /// - Throws: `ArchiveError` if the file cannot be cleared.
    public func clear() throws {
        try alone(clearFile)
    }

    private func removeInTransaction(
        _ images: [ArchivedImage], _ note: String?, _ custodian: Custodian, _ progress: (Step) -> Void
    ) throws {
        try database.transaction {
            progress(.deleting)
            try log(images, note, custodian)
            let merged = OriginLogs(database)
            for image in images { try merged.blank(image.imageID) }
            let series = Set(images.map(\.label.series))
            for name in series { try SeriesSteps(database).forget(name) }
            let chains = try remove(images)
            for name in series { try SeriesSteps(database).compute(name) }
            progress(.proving)
            for chain in chains { try prove(chain) }
        }
    }

    /// Blanks what the images brought into the custody log, and adds the entries of their removal.
    private func log(_ images: [ArchivedImage], _ note: String?, _ custodian: Custodian) throws {
        let log = CustodyLog(database)
        let first = try log.nextEntryID()
        let removals = images.indices.map { first &+ Int64($0) }
        let blanks = try CustodyBlanking(database).blank(images.map(\.imageID), by: removals)
        for image in images {
            let source = CustodyBlank.source(blanks[image.imageID] ?? [])
            try log.append(Provenance(.remove, source: source, note: note), image: image, by: custodian)
        }
    }

    // MARK: Rows

    /// - Returns: the chains of the images.
    private func remove(_ images: [ArchivedImage]) throws -> Set<Int64> {
        var streams: [Int64: ArchivedStream] = [:]
        for image in images {
            for table in ["sighting", "image"] {
                try run("DELETE FROM \(table) WHERE image_id = ?1", image.imageID)
            }
            streams[image.stream.streamID] = image.stream
        }
        var chains: Set<Int64> = []
        for stream in streams.values {
            chains.insert(stream.chainID)
            guard try database.integer("SELECT 1 FROM image WHERE stream_id = ?", stream.streamID) == nil else {
                continue
            }
            try run("DELETE FROM finding WHERE stream_id = ?1", stream.streamID)
            try run("DELETE FROM stream_coverage WHERE stream_id = ?1", stream.streamID)
            try run("DELETE FROM stream WHERE stream_id = ?1", stream.streamID)
        }
        for chainID in chains { try removeRows(chainID) }
        try removeUnused()
        return chains
    }

    /// Removes the rows of a chain that none of its streams has.
    private func removeRows(_ chainID: Int64) throws {
        guard let last = try database.integer("SELECT max(gen) FROM stream WHERE chain_id = ?", chainID) else {
            for table in SpanTable.names + AccountSpans.tables + ["node_change", "chain"] {
                try run("DELETE FROM \(table) WHERE chain_id = ?1", chainID)
            }
            return
        }
        let tip = try database.integer("SELECT last_gen FROM chain WHERE chain_id = ?", chainID)
        if let tip, tip > last { try shorten(chainID, to: last) }
        for table in SpanTable.names + AccountSpans.tables {
            try run(
                """
                DELETE FROM \(table) WHERE chain_id = ?1 AND NOT EXISTS (SELECT 1 FROM stream s
                WHERE s.chain_id = ?1 AND s.gen BETWEEN first_gen
                AND CASE last_gen WHEN \(Generation.open) THEN \(last) ELSE last_gen END)
                """, chainID)
        }
        try run(
            "DELETE FROM node_change WHERE chain_id = ?1 "
                + "AND path_id NOT IN (SELECT path_id FROM node_span WHERE chain_id = ?1)",
            chainID)
        try run(
            "UPDATE chain SET node_span_count = (SELECT count(*) FROM node_span s WHERE s.chain_id = ?1) "
                + "WHERE chain_id = ?1",
            chainID)
    }

    /// Ends a chain with an earlier generation, which the next image may follow: its spans are open
    /// again.
    private func shorten(_ chainID: Int64, to last: Int64) throws {
        for table in SpanTable.names + AccountSpans.tables {
            try run("DELETE FROM \(table) WHERE chain_id = ?1 AND first_gen > ?2", chainID, last)
            try run(
                "UPDATE \(table) SET last_gen = \(Generation.open) WHERE chain_id = ?1 AND last_gen >= ?2", chainID,
                last)
        }
        try run("DELETE FROM node_change WHERE chain_id = ?1 AND gen > ?2", chainID, last)
        try run("UPDATE chain SET last_gen = ?2 WHERE chain_id = ?1", chainID, last)
    }

    /// Removes rows to which no record refers any more.
    func removeUnused() throws {
        try run(
            "DELETE FROM node_detail WHERE detail_id NOT IN "
                + "(SELECT detail_id FROM node_span WHERE detail_id IS NOT NULL)"
        )
        let residues = SpanTable.all.map { $0.detailColumns.isEmpty ? $0.name : "node_detail" }
            .map { "SELECT residue_id FROM \($0) WHERE residue_id IS NOT NULL" }.joined(separator: " UNION ")
        try run("DELETE FROM residue WHERE residue_id NOT IN (\(residues))")
        try run("DELETE FROM permset WHERE permset_id NOT IN (SELECT permset_id FROM node_span)")
        try run("DELETE FROM permset_entry WHERE permset_id NOT IN (SELECT permset_id FROM permset)")
        try run(
            "DELETE FROM quotaset WHERE quotaset_id NOT IN "
                + "(SELECT quotaset_id FROM global_quota_span UNION SELECT quotaset_id FROM domain_span)"
        )
        try run("DELETE FROM quotaset_entry WHERE quotaset_id NOT IN (SELECT quotaset_id FROM quotaset)")
        let paths = ["node_span", "watch_span", "watch_extended_span", "event WHERE path_id IS NOT NULL"].map {
            "SELECT path_id FROM \($0)"
        }.joined(separator: " UNION ")
        try run("DELETE FROM path WHERE path_id NOT IN (\(paths))")
        // Samples of rows, which ANALYZE may have written.
        if try database.integer("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'") != nil {
            try run("DELETE FROM sqlite_stat4")
        }
    }

    func run(_ sql: String, _ bindings: Int64...) throws {
        let statement = try database.prepare(sql)
        for (index, value) in bindings.enumerated() { try statement.bind(index + 1, value) }
        try statement.run()
    }

    /// Encodes every image of a chain from the tables and compares its SHA-256.
    private func prove(_ chainID: Int64) throws {
        let rows = try database.prepare("SELECT stream_id FROM stream WHERE chain_id = ? ORDER BY gen")
        try rows.bind(1, chainID)
        while try rows.step() { try ArchivedStream.load(database, streamID: rows.integer(0)).encode(database) { _ in } }
    }

    // MARK: The file

    /// Runs `body` while no other process reads or writes the archive, with a journal that exists
    /// until it has been overwritten.
    func alone(_ body: () throws -> Void) throws {
        try pragma("secure_delete = ON")
        try pragma("locking_mode = EXCLUSIVE")
        defer {
            try? pragma("locking_mode = NORMAL")
            // SQLite releases the lock at the next read of the file.
            _ = try? database.integer("SELECT count(*) FROM sqlite_schema")
        }
        // Meanwhile no temporary file holds any of the archive's data.
        try pragma("temp_store = MEMORY")
        try pragma("journal_mode = PERSIST")
        defer { endJournal() }
        try body()
    }

    /// Compacts the file; `secure_delete` has overwritten what was deleted.
    func clearFile() throws {
        try pragma("temp_store = DEFAULT")
        if try !FreeSpace(archive).isReturnable() { try FreeSpace.prepare(database) }
        try database.execute("VACUUM")
    }

    /// Overwrites the journal, which holds the pages from before, and deletes it. A journal that is
    /// still needed, because SQLite could neither finish nor roll back, begins with its header. It
    /// stays for the next process that opens the archive.
    private func endJournal() {
        let name = database.path + "-journal"
        let descriptor = open(name, O_RDWR | O_CLOEXEC)
        if descriptor >= 0 {
            defer { close(descriptor) }
            var start = [UInt8](repeating: 1, count: 8)
            var status = stat()
            let zeros = [UInt8](repeating: 0, count: 1 << 16)
            guard fstat(descriptor, &status) == 0, pread(descriptor, &start, start.count, 0) == start.count,
                start.allSatisfy({ $0 == 0 })
            else { return }
            var rest = Int(status.st_size)
            while rest > 0, (try? FileIO.write(zeros[..<min(rest, zeros.count)], to: descriptor, named: name)) != nil {
                rest -= zeros.count
            }
            fsync(descriptor)
        }
        try? pragma("journal_mode = DELETE")
    }

    /// Sets a pragma, and ignores its row if it returns one.
    private func pragma(_ text: String) throws {
        let statement = try database.prepare("PRAGMA " + text)
        while try statement.step() {}
    }
}
