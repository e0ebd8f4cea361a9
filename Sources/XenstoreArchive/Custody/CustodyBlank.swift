/// What a removal blanked in an earlier entry of the custody log, and the hash of what is left.
///
/// The blanked entry keeps its own hash, to which the next entry refers. The removal's entry has
/// the hash over the columns as they are now, so what is left cannot be changed unseen.
struct CustodyBlank: Equatable {
    /// The blanked entry.
    let entryID: Int64
    /// The entry of the removal.
    let removal: Int64
    /// What was removed.
    let subject: Subject
    /// SHA-256 over the columns of the blanked entry that `CustodyEntry.hash` covers.
    let hash: String

    /// An image or a log.
    enum Subject: Hashable {
        case image(Int64)
        case log(Int64)
    }

    /// What is in place of a blanked text.
    static func text(by removal: Int64) -> String {
        "(blanked by entry \(removal))"
    }

    /// Whether the entry is one that the removal of the image or the log blanks.
    func concerns(_ entry: CustodyEntry) -> Bool {
        guard entry.entryID < removal else { return false }
        return switch subject {
        case .image(let id): entry.imageID == id || entry.source == Self.reference(id)
        case .log(let id): Self.logID(of: entry) == id
        }
    }

    /// The note of an entry about a log: `log:1`, or `log:1; NOTE`.
    static func note(ofLog logID: Int64, _ note: String?) -> String {
        "log:\(logID)" + (note.map { "; \($0)" } ?? "")
    }

    /// The log whose file an entry stored; nil if it is none.
    private static func logID(of entry: CustodyEntry) -> Int64? {
        let actions = [CustodyEntry.Action.import, .merge].map(\.rawValue)
        guard entry.imageID == nil, actions.contains(entry.action), let note = entry.note, note.hasPrefix("log:")
        else { return nil }
        return Int64(note.dropFirst("log:".count).prefix { $0 != ";" })
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
        guard entry.action == CustodyEntry.Action.remove.rawValue, let subject = removed(by: entry),
            let words = entry.source?.split(separator: " "), words.first.map(String.init) == mark
        else { return [] }
        return words.dropFirst().compactMap { word in
            let parts = word.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let entryID = Int64(parts[0]) else { return nil }
            return CustodyBlank(
                entryID: entryID, removal: entry.entryID, subject: subject, hash: String(parts[1]))
        }
    }

    /// What a removal's entry says that it removed. The note of a log's removal begins with
    /// `log:1, `, whatever its reason is.
    private static func removed(by entry: CustodyEntry) -> Subject? {
        if let imageID = entry.imageID { return .image(imageID) }
        guard let note = entry.note, note.hasPrefix("log:") else { return nil }
        return Int64(note.dropFirst("log:".count).prefix { $0 != "," }).map(Subject.log)
    }
}
