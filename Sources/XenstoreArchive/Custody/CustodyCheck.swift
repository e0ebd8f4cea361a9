/// Checks the custody log in itself and against the images.
struct CustodyCheck {
    private let log: CustodyLog
    private let merged: OriginLogs
    /// The entry that states an image's origin, by the image's id.
    private var origins: [Int64: CustodyEntry] = [:]
    /// When the log says that an image was seen again, by the image's id.
    private var sightings: [Int64: Set<String>] = [:]
    /// The first wrong entry, and why it is wrong; nil if all are right.
    private(set) var problem: String?
    /// The hashes of all entries, in their order.
    private(set) var hashes: [String] = []
    /// The number of entries that removals have blanked.
    private(set) var blankedCount = 0

    /// - Throws: `ArchiveError` if the log cannot be read.
    init(_ database: Database) throws {
        log = CustodyLog(database)
        merged = OriginLogs(database)
        var previous = CustodyEntry.beginning
        var expectedID: Int64 = 1
        var removed: Set<Int64> = []
        var first: String?
        var origins: [Int64: CustodyEntry] = [:]
        var hashes: [String] = []
        let blanks = try CustodyBlank.all(log.forEachEntry)
        var sightings: [Int64: Set<String>] = [:]
        try log.forEachEntry { entry in
            let fault = Self.fault(entry, expectedID, previous, blanks[entry.entryID])
            if first == nil, let fault { first = "entry \(entry.entryID) \(fault)" }
            previous = entry.hash
            hashes.append(entry.hash)
            expectedID = entry.entryID &+ 1
            guard let imageID = entry.imageID else { return }
            if entry.action == CustodyEntry.Action.remove.rawValue {
                origins[imageID] = nil
                removed.insert(imageID)
            } else if entry.action == CustodyEntry.Action.seen.rawValue {
                sightings[imageID, default: []].insert(entry.at)
                if first == nil && origins[imageID] == nil {
                    first = "entry \(entry.entryID) saw image @\(imageID) again, which no entry before has stored"
                }
            } else {
                if first == nil && (origins[imageID] != nil || removed.contains(imageID)) {
                    first = "entry \(entry.entryID) stores image @\(imageID), which an earlier entry has stored"
                }
                origins[imageID] = entry
            }
        }
        self.origins = origins
        self.hashes = hashes
        blankedCount = blanks.count
        self.sightings = sightings
        problem = try first ?? Self.missingImage(database, origins)
    }

    private static func fault(
        _ entry: CustodyEntry, _ expectedID: Int64, _ previous: String, _ blank: CustodyBlank?
    ) -> String? {
        if entry.entryID != expectedID { return "comes instead of entry \(expectedID): entries are missing" }
        if entry.previous != previous {
            return "does not match the entry before it: one of the two was changed, or one between them removed"
        }
        if let blank {
            if !blank.concerns(entry) {
                return "was blanked by entry \(blank.removal), which removed an image that it does not concern"
            }
            if entry.recomputedHash() != blank.hash {
                return "was changed after entry \(blank.removal) blanked it: its contents give "
                    + "\(entry.recomputedHash()), not \(blank.hash)"
            }
        } else if entry.recomputedHash() != entry.hash {
            return "was changed: its hash is \(entry.hash), but its contents give \(entry.recomputedHash())"
        }
        if CustodyEntry.Action(rawValue: entry.action) == nil {
            return "has the unknown action '\(entry.action)'"
        }
        return nil
    }

    /// An entry whose image is missing, but was not removed by a later entry.
    private static func missingImage(_ database: Database, _ origins: [Int64: CustodyEntry]) throws -> String? {
        let ids = try database.prepare("SELECT image_id FROM image")
        var present: Set<Int64> = []
        while try ids.step() { present.insert(ids.integer(0)) }
        guard let entry = origins.filter({ !present.contains($0.key) }).values.min(by: { $0.entryID < $1.entryID })
        else { return nil }
        return
            "entry \(entry.entryID) stored image @\(entry.imageID ?? 0), which is missing without a removal entry"
    }

    /// How an image differs from the entry for its origin; nil if they agree.
    func problem(of image: ArchivedImage) throws -> String? {
        guard let entry = origins[image.imageID] else {
            return "the custody log has no entry for the image's origin"
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
                "its \(name) is \(now ?? "missing"), but entry \(entry.entryID) of the custody log "
                + "has \(then ?? "none")"
        }
        let seen = try log.sightings(of: image)
        let stated = try (sightings[image.imageID] ?? []).union(merged.sightings(of: image.imageID))
        if let time = seen.symmetricDifference(stated).min() {
            return seen.contains(time)
                ? "it was seen again at \(time), of which the custody log has no entry"
                : "the custody log says that it was seen again at \(time), which the table sighting lacks"
        }
        guard try log.findingsDigest(stream.streamID) == entry.findings else {
            return "its findings differ from those of entry \(entry.entryID) of the custody log"
        }
        return nil
    }
}
