/// Holds the custody log against itself and against the images.
struct CustodyCheck {
    private let log: CustodyLog
    /// By image: the entry that tells where it comes from.
    private var origins: [Int64: CustodyEntry] = [:]
    /// The first entry that does not hold, and why; nil: all hold.
    private(set) var problem: String?
    /// The hashes of all entries, in their order.
    private(set) var hashes: [String] = []

    /// - Throws: `ArchiveError` where the log cannot be read.
    init(_ database: Database) throws {
        log = CustodyLog(database)
        var previous = CustodyEntry.beginning
        var expectedID: Int64 = 1
        var removed: Set<Int64> = []
        var first: String?
        var origins: [Int64: CustodyEntry] = [:]
        var hashes: [String] = []
        try log.forEachEntry { entry in
            let fault = Self.fault(entry, expectedID, previous)
            if first == nil, let fault { first = "entry \(entry.entryID) \(fault)" }
            previous = entry.hash
            hashes.append(entry.hash)
            expectedID = entry.entryID &+ 1
            guard let imageID = entry.imageID else { return }
            if entry.action == CustodyEntry.Action.remove.rawValue {
                origins[imageID] = nil
                removed.insert(imageID)
            } else {
                if first == nil && (origins[imageID] != nil || removed.contains(imageID)) {
                    first = "entry \(entry.entryID) stores image @\(imageID), which an entry before it has stored"
                }
                origins[imageID] = entry
            }
        }
        self.origins = origins
        self.hashes = hashes
        problem = try first ?? Self.missingImage(database, origins)
    }

    private static func fault(_ entry: CustodyEntry, _ expectedID: Int64, _ previous: String) -> String? {
        if entry.entryID != expectedID { return "stands where entry \(expectedID) should: entries are missing" }
        if entry.previous != previous {
            return "does not follow the entry before it: one of the two was changed, or one between them taken out"
        }
        if entry.recomputedHash() != entry.hash {
            return "was changed: its hash is \(entry.hash), and what it says gives \(entry.recomputedHash())"
        }
        if CustodyEntry.Action(rawValue: entry.action) == nil {
            return "has the action '\(entry.action)', which there is not"
        }
        return nil
    }

    /// An entry whose image is gone though no entry says that it was removed.
    private static func missingImage(_ database: Database, _ origins: [Int64: CustodyEntry]) throws -> String? {
        let ids = try database.prepare("SELECT image_id FROM image")
        var present: Set<Int64> = []
        while try ids.step() { present.insert(ids.integer(0)) }
        guard let entry = origins.filter({ !present.contains($0.key) }).values.min(by: { $0.entryID < $1.entryID })
        else { return nil }
        return
            "entry \(entry.entryID) stored image @\(entry.imageID ?? 0), which is gone, and no entry tells of its removal"
    }

    /// What an image says otherwise than the entry that tells of its import; nil: they agree.
    func problem(of image: ArchivedImage) throws -> String? {
        guard let entry = origins[image.imageID] else {
            return "the custody log has no entry that tells where the image comes from"
        }
        let stream = image.stream
        let pairs: [(String, String?, String?)] = [
            ("name", image.label.name, entry.name), ("series", image.label.series, entry.series),
            ("captured_at", image.label.capturedAt, entry.capturedAt),
            ("layout", stream.format.layout.rawValue, entry.layout),
            ("size", String(stream.size), entry.size.map { String($0) }), ("sha256", stream.sha256, entry.sha256),
        ]
        for (name, now, then) in pairs where now != then {
            return
                "its \(name) is \(now ?? "not there"), and was \(then ?? "not there") when entry \(entry.entryID) of the custody log was written"
        }
        guard try log.findingsDigest(stream.streamID) == entry.findings else {
            return "its findings are not those of entry \(entry.entryID) of the custody log"
        }
        return nil
    }
}
