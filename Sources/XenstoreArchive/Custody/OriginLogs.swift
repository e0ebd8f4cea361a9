import XenstoreStream

/// The custody logs of archives that were merged into this one.
public struct OriginLogs {
    private let database: Database

    /// The logs that an archive keeps.
    public init(_ archive: Archive) {
        database = archive.database
    }

    init(_ database: Database) {
        self.database = database
    }

    /// An archive that was merged.
    public struct Origin: Equatable, Sendable {
        /// Its number in this archive.
        public let originID: Int64
        /// The number of the archive into which it was merged; nil: into this one.
        public let parentID: Int64?
        /// The entry of the merge, in the log of this archive or of the parent.
        public let entryID: Int64
    }

    private static let columns = CustodyEntry.columns.joined(separator: ", ")

    // MARK: Reading

    /// The archives that were merged, parents before the archives that they had merged.
    /// - Throws: `ArchiveError` if the archive cannot be read.
    public func origins() throws -> [Origin] {
        let rows = try database.prepare("SELECT origin_id, parent_id, entry_id FROM origin ORDER BY origin_id")
        var origins: [Origin] = []
        while try rows.step() {
            origins.append(
                Origin(
                    originID: rows.integer(0), parentID: rows.isNull(1) ? nil : rows.integer(1),
                    entryID: rows.integer(2)))
        }
        return origins
    }

    /// Calls `body` with each entry of a merged archive's log, the oldest first.
    /// - Throws: `ArchiveError` if the archive cannot be read, or what `body` throws.
    public func forEachEntry(_ originID: Int64, _ body: (CustodyEntry) throws -> Void) throws {
        let rows = try database.prepare(
            "SELECT \(Self.columns) FROM origin_custody WHERE origin_id = ? ORDER BY entry_id")
        try rows.bind(1, originID)
        while try rows.step() { try body(CustodyLog.entry(rows)) }
    }

    /// The images of a merged archive, by their ids there: their ids in this archive, or in the
    /// parent.
    private func images(_ originID: Int64) throws -> [Int64: Int64] {
        let rows = try database.prepare("SELECT origin_image_id, image_id FROM origin_image WHERE origin_id = ?")
        try rows.bind(1, originID)
        var images: [Int64: Int64] = [:]
        while try rows.step() { images[rows.integer(0)] = rows.integer(1) }
        return images
    }

    /// Where an image of this archive is in the logs of merged archives: `place (origin_id,
    /// image_id)`, for a statement with the image's id as its parameter.
    private static let places = """
        WITH RECURSIVE place (origin_id, image_id) AS (
          SELECT i.origin_id, i.origin_image_id FROM origin_image i JOIN origin o ON o.origin_id = i.origin_id
          WHERE o.parent_id IS NULL AND i.image_id = ?1
          UNION
          SELECT i.origin_id, i.origin_image_id FROM place p JOIN origin o ON o.parent_id = p.origin_id
          JOIN origin_image i ON i.origin_id = o.origin_id AND i.image_id = p.image_id
        )
        """

    /// The times at which merged archives saw an image again.
    func sightings(of imageID: Int64) throws -> Set<String> {
        let rows = try database.prepare(
            """
            \(Self.places)
            SELECT c.at FROM place p
            JOIN origin_custody c ON c.origin_id = p.origin_id AND c.image_id = p.image_id AND c.action = 'seen'
            """)
        try rows.bind(1, imageID)
        var times: Set<String> = []
        while try rows.step() { times.insert(rows.string(0)) }
        return times
    }

    /// Whether a log that ends with this hash was merged.
    func hasLog(endingWith hash: String) throws -> Bool {
        let row = try database.prepare("SELECT 1 FROM origin_custody WHERE hash = ? LIMIT 1")
        try row.bind(1, hash)
        return try row.step()
    }

    // MARK: Writing

    /// Keeps the log of another archive, and the logs that it keeps itself; call it in the
    /// transaction of the merge.
    /// - Parameters:
    ///   - entries: the log of the other archive.
    ///   - other: the other archive.
    ///   - entryID: the entry of the merge in this archive's own log.
    ///   - images: the images here, by their ids there.
    func add(
        _ entries: some Sequence<CustodyEntry>, of other: Database, entryID: Int64, images: [Int64: Int64]
    ) throws {
        let originID = try insert(parent: nil, entryID: entryID, images)
        for entry in entries { try insert(entry, originID) }
        var numbers: [Int64: Int64] = [:]
        let logs = OriginLogs(other)
        for origin in try logs.origins() {
            let parent = origin.parentID.map { numbers[$0] } ?? originID
            guard let parent else {
                throw ArchiveError(.damaged, "\(other.path): origin \(origin.originID) comes before its parent")
            }
            let number = try insert(parent: parent, entryID: origin.entryID, logs.images(origin.originID))
            numbers[origin.originID] = number
            try logs.forEachEntry(origin.originID) { try insert($0, number) }
        }
    }

    private func insert(parent: Int64?, entryID: Int64, _ images: [Int64: Int64]) throws -> Int64 {
        let row = try database.prepare("INSERT INTO origin (parent_id, entry_id) VALUES (?, ?)")
        if let parent { try row.bind(1, parent) }
        try row.bind(2, entryID)
        try row.run()
        let originID = database.lastInsertID
        let pair = try database.prepare(
            "INSERT INTO origin_image (origin_id, origin_image_id, image_id) VALUES (?, ?, ?)")
        for (there, here) in images.sorted(by: { $0.key < $1.key }) {
            try pair.bind(1, originID)
            try pair.bind(2, there)
            try pair.bind(3, here)
            try pair.run()
        }
        return originID
    }

    private func insert(_ entry: CustodyEntry, _ originID: Int64) throws {
        let marks = Array(repeating: "?", count: CustodyEntry.columns.count + 1).joined(separator: ", ")
        let row = try database.prepare("INSERT INTO origin_custody (origin_id, \(Self.columns)) VALUES (\(marks))")
        try row.bind(1, originID)
        for (index, value) in entry.values.enumerated() {
            if let value { try row.bind(index + 2, value) }
        }
        try row.run()
    }

    /// Blanks what a removed image brought into the logs of merged archives: arguments, source and
    /// note of its entries there.
    func blank(_ imageID: Int64) throws {
        let row = try database.prepare(
            """
            \(Self.places)
            UPDATE origin_custody SET arguments = '', source = NULL, note = NULL
            WHERE (origin_id, image_id) IN (SELECT origin_id, image_id FROM place)
            """)
        try row.bind(1, imageID)
        try row.run()
    }

    // MARK: Checking

    /// The first log that is not as it was merged, and why; nil if there is none.
    func problem() throws -> String? {
        var merges: [Int64: [Int64: CustodyEntry]] = [:]
        var removals = Removals(own: try removedHere())
        for origin in try origins() {
            guard (origin.parentID ?? 0) < origin.originID else {
                return "merged archive \(origin.originID) comes before the one that had merged it"
            }
            try removals.add(origin, images(origin.originID))
            var chain = CustodyChain()
            let blanks = try CustodyBlank.all { try forEachEntry(origin.originID, $0) }
            try forEachEntry(origin.originID) { entry in
                let isBlankedHere = Self.isBlank(entry) && removals.covers(entry, of: origin.originID)
                chain.add(entry, isBlanked: isBlankedHere || blanks[entry.entryID]?.matches(entry) ?? false)
                if Self.isMerge(entry) { merges[origin.originID, default: [:]][entry.entryID] = entry }
                if entry.action == CustodyEntry.Action.remove.rawValue { removals.add(entry, of: origin.originID) }
            }
            if let problem = chain.problem { return "the log of merged archive \(origin.originID): \(problem)" }
            let merge =
                if let parent = origin.parentID {
                    merges[parent]?[origin.entryID]
                } else {
                    try CustodyLog(database).entry(origin.entryID)
                }
            guard let merge, Self.isMerge(merge) else {
                return "merged archive \(origin.originID): entry \(origin.entryID) is not that of a merge"
            }
            guard merge.sha256 == chain.head else {
                return "the log of merged archive \(origin.originID) ends with \(chain.head), but entry "
                    + "\(origin.entryID), which merged it, has \(merge.sha256 ?? "none")"
            }
        }
        return nil
    }

    private static func isMerge(_ entry: CustodyEntry) -> Bool {
        entry.action == CustodyEntry.Action.merge.rawValue && entry.imageID == nil
    }

    private static func isBlank(_ entry: CustodyEntry) -> Bool {
        entry.arguments.isEmpty && entry.source == nil && entry.note == nil
    }

    /// The images that were removed from this archive.
    private func removedHere() throws -> Set<Int64> {
        let rows = try database.prepare(
            "SELECT image_id FROM custody WHERE action = 'remove' AND image_id IS NOT NULL")
        var ids: Set<Int64> = []
        while try rows.step() { ids.insert(rows.integer(0)) }
        return ids
    }

    /// Which images have been removed from this archive or from a merged one, so that entries about
    /// them may be blank in the logs that were merged there.
    private struct Removals {
        let own: Set<Int64>
        private var removed: [Int64: Set<Int64>] = [:]
        private var origins: [Int64: (parent: Int64?, images: [Int64: Int64])] = [:]

        init(own: Set<Int64>) {
            self.own = own
        }

        mutating func add(_ origin: Origin, _ images: [Int64: Int64]) {
            origins[origin.originID] = (origin.parentID, images)
        }

        mutating func add(_ entry: CustodyEntry, of originID: Int64) {
            guard let imageID = entry.imageID else { return }
            removed[originID, default: []].insert(imageID)
        }

        /// Whether the entry's image was removed from an archive into which the log was merged.
        func covers(_ entry: CustodyEntry, of originID: Int64) -> Bool {
            var next: Int64? = originID
            var imageID = entry.imageID
            while let id = next, let there = imageID, let origin = origins[id] {
                imageID = origin.images[there]
                guard let here = imageID else { return false }
                let gone = origin.parent.map { removed[$0] ?? [] } ?? own
                if gone.contains(here) { return true }
                next = origin.parent
            }
            return false
        }
    }
}
