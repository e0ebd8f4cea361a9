import XenstoreAnalysis
import XenstoreStream

/// How a domain was found in the other image, as a message.
enum DomainMatchText {
    /// One line; nil if there is nothing to say.
    /// - Parameters:
    ///   - old: the name of the older image.
    ///   - new: the name of the newer image.
    static func line(_ match: DomainMatch, _ domid: UInt16, old: String, new: String) -> String? {
        switch match {
        case .same: return nil
        case .paired(let pair, let uuid):
            return "domain \(pair.old) of \(old) is compared with domain \(pair.new) of \(new): both have the UUID "
                + Escape.printable(uuid)
        case .several(let domids, let uuid, let inOlder):
            let (image, other) = inOlder ? (new, old) : (old, new)
            let list = domids.map { String($0) }.joined(separator: " and ")
            let choice = domids.first.map { inOlder ? "\($0)=\(domid)" : "\(domid)=\($0)" } ?? ""
            return "domain \(domid) of \(image): domains \(list) of \(other) have its UUID \(Escape.printable(uuid)); "
                + "compared by domid, --domain \(choice) chooses one"
        case .missing(let uuid):
            return "domain \(domid) of \(old): no domain of \(new) has its UUID \(Escape.printable(uuid)); "
                + "compared by domid"
        }
    }

    /// For a pair that the user gave.
    static func line(_ pair: DomainPair, haveDifferentUUIDs: Bool, old: String, new: String) -> String? {
        guard haveDifferentUUIDs else { return nil }
        return "domain \(pair.old) of \(old) and domain \(pair.new) of \(new) have different UUIDs"
    }
}
