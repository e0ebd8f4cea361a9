/// Blanks what an image brought into the custody log, when the image is removed.
///
/// The arguments, the source and the note of its entries may hold what the image held: a value
/// that `rebuild --set` wrote, a path, the name of a file. The entries stay, with who, when, the
/// image's label and its hash.
struct CustodyBlanking {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    /// Blanks the entries of images, and what entries of images made from them say of them; call it
    /// in the transaction of the removal, before its entries are added.
    /// - Parameters:
    ///   - imageIDs: the images that are removed.
    ///   - removals: for each of them the id that the entry of its removal will have.
    /// - Returns: what was blanked, by the image's id.
    /// - Throws: `ArchiveError` if the log cannot be changed.
    func blank(_ imageIDs: [Int64], by removals: [Int64]) throws -> [Int64: [CustodyBlank]] {
        let found = try entries(of: imageIDs)
        guard !found.isEmpty else { return [:] }
        try withoutTrigger {
            for (imageID, removal) in zip(imageIDs, removals) {
                for entryID in found[imageID] ?? [] {
                    try blank(entryID, of: imageID, CustodyBlank.text(by: removal))
                }
            }
        }
        let log = CustodyLog(database)
        var blanks: [Int64: [CustodyBlank]] = [:]
        for (imageID, removal) in zip(imageIDs, removals) {
            blanks[imageID] = try found[imageID]?.map { entryID in
                let hash = try log.entry(entryID)?.recomputedHash() ?? ""
                return CustodyBlank(entryID: entryID, removal: removal, subject: .image(imageID), hash: hash)
            }
        }
        return blanks
    }

    /// Blanks the entries of a log's files; call it in the transaction of the removal, before its
    /// entry is added.
    /// - Parameters:
    ///   - logID: the log that is removed.
    ///   - removal: the id that the entry of its removal will have.
    /// - Returns: what was blanked.
    /// - Throws: `ArchiveError` if the custody log cannot be changed.
    func blank(log logID: Int64, by removal: Int64) throws -> [CustodyBlank] {
        let log = CustodyLog(database)
        var entries: [Int64] = []
        try log.forEachEntry { entry in
            let blank = CustodyBlank(entryID: entry.entryID, removal: removal, subject: .log(logID), hash: "")
            if blank.concerns(entry) { entries.append(entry.entryID) }
        }
        guard !entries.isEmpty else { return [] }
        let text = CustodyBlank.text(by: removal)
        try withoutTrigger {
            let update = try database.prepare(
                """
                UPDATE custody SET arguments = ?2, source = CASE WHEN source IS NOT NULL THEN ?2 END, note = ?3
                WHERE entry_id = ?1
                """)
            for entryID in entries {
                try update.bind(1, entryID)
                try update.bind(2, text)
                try update.bind(3, CustodyBlank.note(ofLog: logID, text))
                try update.run()
            }
        }
        return try entries.map { entryID in
            let hash = try log.entry(entryID)?.recomputedHash() ?? ""
            return CustodyBlank(entryID: entryID, removal: removal, subject: .log(logID), hash: hash)
        }
    }

    /// The entries that the removal of images concerns, by the image's id. The log is read once,
    /// however many images there are.
    private func entries(of imageIDs: [Int64]) throws -> [Int64: [Int64]] {
        let wanted = Set(imageIDs)
        let references = Dictionary(uniqueKeysWithValues: wanted.map { (CustodyBlank.reference($0), $0) })
        let rows = try database.prepare(
            "SELECT entry_id, image_id, CASE WHEN source GLOB '@[0-9]*' THEN source END FROM custody "
                + "WHERE action <> 'remove' ORDER BY entry_id")
        var found: [Int64: [Int64]] = [:]
        while try rows.step() {
            let own = rows.isNull(1) ? nil : rows.integer(1)
            if let own, wanted.contains(own) { found[own, default: []].append(rows.integer(0)) }
            guard !rows.isNull(2), let origin = references[rows.string(2)], origin != own else { continue }
            found[origin, default: []].append(rows.integer(0))
        }
        return found
    }

    /// A source like `@3` says nothing of what an image holds. Of an image that was made from the
    /// removed one and is still there, the steps stay, and not what they altered in the removed
    /// one.
    private func blank(_ entryID: Int64, of imageID: Int64, _ text: String) throws {
        let update = try database.prepare(
            """
            UPDATE custody SET
              arguments = CASE WHEN image_id IS NULL OR image_id = ?3 THEN ?2 ELSE arguments END,
              source = CASE WHEN source IS NULL OR source GLOB '@[0-9]*' AND source NOT GLOB '@*[^0-9]*' THEN source
                            WHEN image_id IS NULL OR image_id = ?3 THEN ?2 ELSE source END,
              note = CASE WHEN note IS NULL THEN NULL
                          WHEN image_id IS NULL OR image_id = ?3 THEN ?2
                          WHEN NOT json_valid(note) THEN ?2
                          WHEN json_type(note, '$.alterations') IS NULL THEN note
                          ELSE json_set(note, '$.alterations', json_array(?2)) END
            WHERE entry_id = ?1
            """)
        try update.bind(1, entryID)
        try update.bind(2, text)
        try update.bind(3, imageID)
        try update.run()
    }

    /// Runs `body` without the trigger that refuses any change to an entry, and restores it as it
    /// was, in the same transaction.
    private func withoutTrigger(_ body: () throws -> Void) throws {
        let name = "custody_is_not_changed"
        let row = try database.prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?")
        try row.bind(1, name)
        guard try row.step() else { throw ArchiveError(.damaged, "\(database.path): the trigger \(name) is missing") }
        let sql = row.string(0)
        row.reset()
        try database.execute("DROP TRIGGER \(name)")
        try body()
        try database.execute(sql)
    }
}
