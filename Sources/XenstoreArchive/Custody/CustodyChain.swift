/// Follows the entries of a custody log, and finds the first that does not belong there.
struct CustodyChain {
    /// The first wrong entry, and why it is wrong; nil if all are right so far.
    private(set) var problem: String?
    /// The hash of the last entry; `CustodyEntry.beginning` before the first.
    private(set) var head = CustodyEntry.beginning
    private var expectedID: Int64 = 1

    /// Adds the next entry.
    /// - Parameter isBlanked: whether its contents were taken out, so that they no longer give its
    ///   hash.
    mutating func add(_ entry: CustodyEntry, isBlanked: Bool = false) {
        if problem == nil, let fault = fault(entry, isBlanked) { problem = "entry \(entry.entryID) \(fault)" }
        head = entry.hash
        expectedID = entry.entryID &+ 1
    }

    private func fault(_ entry: CustodyEntry, _ isBlanked: Bool) -> String? {
        if entry.entryID != expectedID { return "comes instead of entry \(expectedID): entries are missing" }
        if entry.previous != head {
            return "does not match the entry before it: one of the two was changed, or one between them removed"
        }
        if !isBlanked && entry.recomputedHash() != entry.hash {
            return "was changed: its hash is \(entry.hash), but its contents give \(entry.recomputedHash())"
        }
        return nil
    }
}
