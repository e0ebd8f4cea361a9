/// What a removal blanked in an earlier entry of the custody log, and the hash of what is left.
///
/// The blanked entry keeps its own hash, to which the next entry refers. The removal's entry has
/// the hash over the columns as they are now, so what is left cannot be changed unseen.
struct CustodyBlank: Equatable {
    /// The blanked entry.
    let entryID: Int64
    /// The entry of the removal.
    let removal: Int64
    /// The image that was removed.
    let imageID: Int64
    /// SHA-256 over the columns of the blanked entry that `CustodyEntry.hash` covers.
    let hash: String

    /// What is in place of a blanked text.
    static func text(by removal: Int64) -> String {
        "(blanked by entry \(removal))"
    }

    /// Whether the entry is one that the removal of the image blanks.
    func concerns(_ entry: CustodyEntry) -> Bool {
        entry.entryID < removal && (entry.imageID == imageID || entry.source == Self.reference(imageID))
    }

    /// An image as the source of a rebuilt one.
    static func reference(_ imageID: Int64) -> String {
        "@\(imageID)"
    }

    /// Whether the entry is what this has left of it.
    func matches(_ entry: CustodyEntry) -> Bool {
        concerns(entry) && entry.recomputedHash() == hash
    }

    // MARK: In the removal's entry

    /// What removals have blanked, by the entry's id; the last removal decides.
    /// - Parameter forEachEntry: calls its argument with each entry of a log.
    static func all(_ forEachEntry: ((CustodyEntry) throws -> Void) throws -> Void) rethrows -> [Int64: CustodyBlank] {
        var blanks: [Int64: CustodyBlank] = [:]
        try forEachEntry { entry in
            for blank in stated(in: entry) { blanks[blank.entryID] = blank }
        }
        return blanks
    }

    private static let mark = "blanked"

    /// The source of a removal's entry: `blanked 1:HASH 4:HASH`; nil if nothing was blanked.
    static func source(_ blanks: [CustodyBlank]) -> String? {
        guard !blanks.isEmpty else { return nil }
        return ([mark] + blanks.map { "\($0.entryID):\($0.hash)" }).joined(separator: " ")
    }

    /// What a removal's entry says that it blanked; empty for other entries.
    static func stated(in entry: CustodyEntry) -> [CustodyBlank] {
        guard entry.action == CustodyEntry.Action.remove.rawValue, let imageID = entry.imageID,
            let words = entry.source?.split(separator: " "), words.first.map(String.init) == mark
        else { return [] }
        return words.dropFirst().compactMap { word in
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let entryID = Int64(parts[0]) else { return nil }
            return CustodyBlank(
                entryID: entryID, removal: entry.entryID, imageID: imageID, hash: String(parts[1]))
        }
    }
}
