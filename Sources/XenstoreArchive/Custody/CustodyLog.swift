import XenstoreStream

/// The archive's own log of what was done to it: entries are only added, and each hash covers the
/// entry before.
public struct CustodyLog {
    private let database: Database

    /// The log of an archive.
    public init(_ archive: Archive) {
        database = archive.database
    }

    init(_ database: Database) {
        self.database = database
    }

    // MARK: Writing

    /// Adds an entry; call it in the transaction that does what the entry states.
    /// - Parameters:
    ///   - provenance: what was done, and where the image came from.
    ///   - image: the image concerned; nil: the archive as a whole, or a file.
    ///   - file: size in bytes and SHA-256 of a file that was made from an image and is not in the
    ///     archive.
    ///   - custodian: who does it.
    /// - Throws: `ArchiveError` if the entry cannot be written.
    @discardableResult
    public func append(
        _ provenance: Provenance, image: ArchivedImage? = nil, file: (size: Int64, sha256: String)? = nil,
        by custodian: Custodian = .current
    ) throws -> CustodyEntry {
        let last = try lastEntry()
        let now = try database.prepare("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', 'now')")
        _ = try now.step()
        var entry = CustodyEntry(
            entryID: (last?.entryID ?? 0) &+ 1, at: now.string(0), action: provenance.action.rawValue,
            user: custodian.user,
            host: custodian.host, tool: custodian.tool, arguments: custodian.arguments, imageID: image?.imageID,
            name: image?.label.name,
            series: image?.label.series, capturedAt: image?.label.capturedAt,
            layout: image?.stream.format.layout.rawValue,
            size: image?.stream.size ?? file?.size, sha256: image?.stream.sha256 ?? file?.sha256,
            findings: try image.map { try findingsDigest($0.stream.streamID) },
            source: provenance.source, note: provenance.note, previous: last?.hash ?? CustodyEntry.beginning, hash: "")
        entry.hash = entry.recomputedHash()
        try insert(entry)
        return entry
    }

    /// Adds an entry about a file that left the archive, in a transaction of its own.
    /// - Parameters:
    ///   - provenance: what was done, and where the file comes from.
    ///   - file: the size of the file in bytes, and its SHA-256.
    /// - Throws: `ArchiveError` if the entry cannot be written.
    public func record(_ provenance: Provenance, file: (size: Int64, sha256: String)) throws {
        _ = try database.transaction { try append(provenance, file: file) }
    }

    private func insert(_ entry: CustodyEntry) throws {
        let names = CustodyEntry.columns.joined(separator: ", ")
        let marks = Array(repeating: "?", count: CustodyEntry.columns.count).joined(separator: ", ")
        let insert = try database.prepare("INSERT INTO custody (\(names)) VALUES (\(marks))")
        // Columns of numbers convert the digits to a number.
        for (index, value) in entry.values.enumerated() {
            if let value { try insert.bind(index + 1, value) }
        }
        try insert.run()
    }

    /// Adds an entry for the upgrade, and one for each image that has none.
    func appendFoundImages(from version: Int) throws {
        try append(Provenance(.upgrade, note: "from schema version \(version)"))
        let ids = try database.prepare(
            "SELECT image_id FROM image WHERE image_id NOT IN "
                + "(SELECT image_id FROM custody WHERE image_id IS NOT NULL) ORDER BY image_id"
        )
        var found: [Int64] = []
        while try ids.step() { found.append(ids.integer(0)) }
        for id in found { try append(Provenance(.found), image: ArchivedImage.load(database, id: id)) }
    }

    /// The id for the next image, which no image had before, not even a removed one.
    ///
    /// An image that entered the archive got an id above all earlier ones. So only entries from the
    /// last such one on can have a higher id than the images that are left.
    static func nextImageID(_ database: Database) throws -> Int64 {
        let last =
            try database.integer(
                """
                SELECT max(ifnull((SELECT max(image_id) FROM image), 0),
                           ifnull((SELECT max(image_id) FROM custody WHERE entry_id >= ifnull(
                                     (SELECT max(entry_id) FROM custody
                                      WHERE action IN ('import', 'rebuild', 'merge') AND image_id IS NOT NULL), 0)), 0))
                """) ?? 0
        guard last < Int64.max else {
            throw ArchiveError(
                .damaged,
                "\(database.path): an image has the largest possible id; the archive is damaged: restore a backup")
        }
        return last + 1
    }

    // MARK: Reading

    /// The times at which an image was seen again.
    func sightings(of image: ArchivedImage) throws -> Set<String> {
        let rows = try database.prepare("SELECT at FROM sighting WHERE image_id = ?")
        try rows.bind(1, image.imageID)
        var times: Set<String> = []
        while try rows.step() { times.insert(rows.string(0)) }
        return times
    }

    /// All entries, the oldest first.
    /// - Throws: `ArchiveError` if the log cannot be read.
    public func entries() throws -> [CustodyEntry] {
        var entries: [CustodyEntry] = []
        try forEachEntry { entries.append($0) }
        return entries
    }

    /// Calls `body` with each entry, the oldest first.
    /// - Throws: `ArchiveError` if the log cannot be read, or what `body` throws.
    public func forEachEntry(_ body: (CustodyEntry) throws -> Void) throws {
        let rows = try database.prepare(
            "SELECT \(CustodyEntry.columns.joined(separator: ", ")) FROM custody ORDER BY entry_id")
        while try rows.step() { try body(Self.entry(rows)) }
    }

    /// The entries of images that were made from other images, by the images' ids.
    /// - Throws: `ArchiveError` if the log cannot be read.
    public func rebuilds() throws -> [Int64: CustodyEntry] {
        let rows = try database.prepare(
            "SELECT \(CustodyEntry.columns.joined(separator: ", ")) FROM custody "
                + "WHERE action = 'rebuild' AND image_id IS NOT NULL ORDER BY entry_id")
        var entries: [Int64: CustodyEntry] = [:]
        while try rows.step() { entries[rows.integer(7)] = Self.entry(rows) }
        return entries
    }

    /// The archive's identity: the hash of the first entry, which no later one changes, and which
    /// every copy of the archive has; nil if the log is empty.
    /// - Throws: `ArchiveError` if the log cannot be read.
    public func identity() throws -> String? {
        let row = try database.prepare("SELECT hash FROM custody ORDER BY entry_id LIMIT 1")
        return try row.step() ? row.string(0) : nil
    }

    /// The newest entry; nil if the log is empty.
    /// - Throws: `ArchiveError` if the log cannot be read.
    public func lastEntry() throws -> CustodyEntry? {
        let row = try database.prepare(
            "SELECT \(CustodyEntry.columns.joined(separator: ", ")) FROM custody ORDER BY entry_id DESC LIMIT 1")
        return try row.step() ? Self.entry(row) : nil
    }

    /// The entry with this id; nil if there is none.
    func entry(_ entryID: Int64) throws -> CustodyEntry? {
        let row = try database.prepare(
            "SELECT \(CustodyEntry.columns.joined(separator: ", ")) FROM custody WHERE entry_id = ?")
        try row.bind(1, entryID)
        return try row.step() ? Self.entry(row) : nil
    }

    /// The id that the next entry gets.
    func nextEntryID() throws -> Int64 {
        (try lastEntry()?.entryID ?? 0) &+ 1
    }

    static func entry(_ row: Statement) -> CustodyEntry {
        func text(_ column: Int) -> String? { row.isNull(column) ? nil : row.string(column) }
        func number(_ column: Int) -> Int64? { row.isNull(column) ? nil : row.integer(column) }
        return CustodyEntry(
            entryID: row.integer(0), at: row.string(1), action: row.string(2), user: row.string(3), host: row.string(4),
            tool: row.string(5), arguments: row.string(6), imageID: number(7), name: text(8), series: text(9),
            capturedAt: text(10),
            layout: text(11), size: number(12), sha256: text(13), findings: text(14), source: text(15), note: text(16),
            previous: row.string(17), hash: row.string(18))
    }

    /// SHA-256 over the findings of import about a stream.
    func findingsDigest(_ streamID: Int64) throws -> String {
        let rows = try database.prepare(
            "SELECT position, rule, severity, record, \"offset\", message, expected FROM finding "
                + "WHERE stream_id = ? ORDER BY position"
        )
        try rows.bind(1, streamID)
        var digest = Digest()
        while try rows.step() {
            for column in 0..<7 { digest.update(Netstring.bytes(rows.isNull(column) ? nil : rows.string(column))) }
        }
        return digest.hexadecimal()
    }
}
