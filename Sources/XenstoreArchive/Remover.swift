#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Takes images out of an archive for good.
///
/// Everything that only the image used goes with it, and its bytes are gone from the file and from what SQLite has written beside
/// it. The custody log keeps that it was there, under which name, and that it was removed.
public struct Remover {
    private let archive: Archive

    private var database: Database {
        archive.database
    }

    /// - Parameter archive: opened for writing.
    public init(_ archive: Archive) {
        self.archive = archive
    }

    /// What a removal is at.
    public enum Step: Sendable {
        case deleting, proving, packing
    }

    /// Removes the images in one transaction, proves those that shared records with them, then clears the file.
    /// - Parameters:
    ///   - images: of this archive.
    ///   - note: why, for the custody log.
    ///   - custodian: who does it, for the custody log.
    ///   - progress: is told of each step when it begins.
    /// - Throws: `ArchiveError`; the archive is then as it was, or, where only clearing failed, can be cleared with `clear`.
    public func remove(
        _ images: [ArchivedImage], note: String? = nil, by custodian: Custodian = .current,
        progress: (Step) -> Void = { _ in }
    ) throws {
        try alone {
            try database.transaction {
                progress(.deleting)
                var chains: Set<Int64> = []
                for image in images {
                    try CustodyLog(database).append(Provenance(.remove, note: note), image: image, by: custodian)
                    try remove(image)
                    chains.insert(image.stream.chainID)
                }
                progress(.proving)
                for chain in chains { try prove(chain) }
            }
            progress(.packing)
            try clearFile()
        }
    }

    /// Clears the file of what was removed before, as after a removal that was cut short.
    public func clear() throws {
        try alone(clearFile)
    }

    // MARK: Rows

    private func remove(_ image: ArchivedImage) throws {
        try run("DELETE FROM image WHERE image_id = ?1", image.imageID)
        let stream = image.stream
        guard try database.integer("SELECT 1 FROM image WHERE stream_id = ?", stream.streamID) == nil else { return }
        try run("DELETE FROM finding WHERE stream_id = ?1", stream.streamID)
        try run("DELETE FROM stream WHERE stream_id = ?1", stream.streamID)
        let chainID = stream.chainID
        guard let last = try database.integer("SELECT max(gen) FROM stream WHERE chain_id = ?", chainID) else {
            for table in SpanTable.names + ["node_change", "chain"] {
                try run("DELETE FROM \(table) WHERE chain_id = ?1", chainID)
            }
            return try removeUnused()
        }
        if stream.gen > last { try shorten(chainID, to: last) }
        for table in SpanTable.names {
            try run(
                """
                DELETE FROM \(table) WHERE chain_id = ?1 AND NOT EXISTS (SELECT 1 FROM stream s
                WHERE s.chain_id = ?1 AND s.gen >= first_gen AND (last_gen = \(Generation.open) OR s.gen <= last_gen))
                """, chainID)
        }
        try run(
            "DELETE FROM node_change WHERE chain_id = ?1 AND path_id NOT IN (SELECT path_id FROM node_span WHERE chain_id = ?1)",
            chainID)
        try run(
            "UPDATE chain SET node_span_count = (SELECT count(*) FROM node_span s WHERE s.chain_id = ?1) WHERE chain_id = ?1",
            chainID)
        try removeUnused()
    }

    /// Ends a chain with an earlier generation, behind which the next image may follow: what stood in it is open again.
    private func shorten(_ chainID: Int64, to last: Int64) throws {
        for table in SpanTable.names {
            try run("DELETE FROM \(table) WHERE chain_id = ?1 AND first_gen > ?2", chainID, last)
            try run(
                "UPDATE \(table) SET last_gen = \(Generation.open) WHERE chain_id = ?1 AND last_gen >= ?2", chainID,
                last)
        }
        try run("DELETE FROM node_change WHERE chain_id = ?1 AND gen > ?2", chainID, last)
        try run("UPDATE chain SET last_gen = ?2 WHERE chain_id = ?1", chainID, last)
    }

    /// Removes what no record refers to any more.
    private func removeUnused() throws {
        try run(
            "DELETE FROM node_detail WHERE detail_id NOT IN (SELECT detail_id FROM node_span WHERE detail_id IS NOT NULL)"
        )
        let residues = SpanTable.all.map { $0.detailColumns.isEmpty ? $0.name : "node_detail" }
            .map { "SELECT residue_id FROM \($0) WHERE residue_id IS NOT NULL" }.joined(separator: " UNION ")
        try run("DELETE FROM residue WHERE residue_id NOT IN (\(residues))")
        try run("DELETE FROM permset WHERE permset_id NOT IN (SELECT permset_id FROM node_span)")
        try run("DELETE FROM permset_entry WHERE permset_id NOT IN (SELECT permset_id FROM permset)")
        try run(
            "DELETE FROM quotaset WHERE quotaset_id NOT IN (SELECT quotaset_id FROM global_quota_span UNION SELECT quotaset_id FROM domain_span)"
        )
        try run("DELETE FROM quotaset_entry WHERE quotaset_id NOT IN (SELECT quotaset_id FROM quotaset)")
        let paths = ["node_span", "watch_span", "watch_extended_span"].map { "SELECT path_id FROM \($0)" }.joined(
            separator: " UNION ")
        try run("DELETE FROM path WHERE path_id NOT IN (\(paths))")
        // Samples of rows, where somebody had SQLite count them.
        if try database.integer("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'") != nil {
            try run("DELETE FROM sqlite_stat4")
        }
    }

    private func run(_ sql: String, _ bindings: Int64...) throws {
        let statement = try database.prepare(sql)
        for (index, value) in bindings.enumerated() { try statement.bind(index + 1, value) }
        try statement.run()
    }

    /// Writes every image of a chain anew and compares it.
    private func prove(_ chainID: Int64) throws {
        let rows = try database.prepare("SELECT stream_id FROM stream WHERE chain_id = ? ORDER BY gen")
        try rows.bind(1, chainID)
        while try rows.step() { try ArchivedStream.load(database, streamID: rows.integer(0)).encode(database) { _ in } }
    }

    // MARK: The file

    /// Runs `body` while no other process reads or writes the archive, with a journal that stays until it has been overwritten.
    private func alone(_ body: () throws -> Void) throws {
        try pragma("secure_delete = ON")
        try pragma("locking_mode = EXCLUSIVE")
        defer {
            try? pragma("locking_mode = NORMAL")
            // The lock goes with the next look at the file.
            _ = try? database.integer("SELECT count(*) FROM sqlite_schema")
        }
        // Nothing but the archive's own pages lies in files meanwhile.
        try pragma("temp_store = MEMORY")
        try pragma("journal_mode = PERSIST")
        defer { endJournal() }
        try body()
    }

    /// Packs the file; what was deleted in it has been overwritten before.
    private func clearFile() throws {
        try pragma("temp_store = DEFAULT")
        try database.execute("VACUUM")
    }

    /// Overwrites the journal, in which the pages lie as they were, and deletes it. One that is still needed, as SQLite could
    /// neither finish nor roll back, begins with its header, and stays for the next who opens the archive.
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

    /// Sets a pragma that may answer with a row.
    private func pragma(_ text: String) throws {
        let statement = try database.prepare("PRAGMA " + text)
        while try statement.step() {}
    }
}
