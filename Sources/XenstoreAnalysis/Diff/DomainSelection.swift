import XenstoreArchive
import XenstoreStream

/// The domains to which a diff is restricted, and which domain of the one image is which of the
/// other.
public struct DomainSelection {
    /// The domains to compare.
    public private(set) var pairs: [DomainPair] = []

    private let old, new: ImageDomains

    /// No domain of these images yet.
    /// - Throws: `StreamError` or `ArchiveError` if an image cannot be read.
    public init(old: ImageSource, new: ImageSource) throws {
        self.old = try ImageDomains(old)
        self.new = try ImageDomains(new)
    }

    /// Adds a domain of the older image, and the one of the newer image that is the same.
    /// - Throws: `ArchiveError` if an image does not have the domain, or one of them is paired with
    ///   another.
    public mutating func add(_ pair: DomainPair) throws {
        if !old.named.contains(pair.old) { throw missing(pair.old, in: old, like: new.uuids[pair.new]) }
        if !new.named.contains(pair.new) { throw missing(pair.new, in: new, like: old.uuids[pair.old]) }
        try insert(pair)
    }

    /// Adds a domain. If the newer image does not have it under its domid, or has another one, it
    /// is found by its UUID; if the older image does not have it, it is found there.
    /// - Throws: `ArchiveError` if neither image has the domain, or it is paired with another.
    public mutating func add(_ domid: UInt16) throws -> DomainMatch {
        guard old.named.contains(domid) || new.named.contains(domid) else {
            throw ArchiveError(
                .noSuchDomain, "domain \(domid): not found in \(old.name), and not in \(new.name)",
                suggestion: "'xsarchive domains' lists an image's domains")
        }
        let match = match(domid)
        if case .paired(let pair, _) = match {
            try insert(pair)
        } else {
            try insert(DomainPair(old: domid, new: domid))
        }
        return match
    }

    /// Whether both domains have a UUID, and not the same one.
    public func haveDifferentUUIDs(_ pair: DomainPair) -> Bool {
        guard let uuid = old.uuids[pair.old], let other = new.uuids[pair.new] else { return false }
        return uuid != other
    }

    private func match(_ domid: UInt16) -> DomainMatch {
        guard old.present.contains(domid) else {
            // Before it had this domid, the domain may have had another.
            guard let uuid = new.uuids[domid] else { return .same }
            let earlier = old.domids(uuid)
            switch earlier.count {
            case 0: return .same
            case 1: return .paired(DomainPair(old: earlier[0], new: domid), uuid: uuid)
            default: return .several(earlier, uuid: uuid, inOlder: true)
            }
        }
        guard let uuid = old.uuids[domid] else { return .same }
        // A home without a UUID does not say whether it is the same domain.
        if new.present.contains(domid) && (new.uuids[domid] ?? uuid) == uuid { return .same }
        let later = new.domids(uuid)
        switch later.count {
        case 0: return .missing(uuid: uuid)
        case 1: return .paired(DomainPair(old: domid, new: later[0]), uuid: uuid)
        default: return .several(later, uuid: uuid, inOlder: false)
        }
    }

    private mutating func insert(_ pair: DomainPair) throws {
        if pairs.contains(pair) { return }
        if let other = pairs.first(where: { $0.old == pair.old || $0.new == pair.new }) {
            throw ArchiveError(
                .usage,
                "domain \(pair.old) of \(old.name) cannot be domain \(pair.new) of \(new.name): "
                    + "domain \(other.old) is compared with domain \(other.new)")
        }
        pairs.append(pair)
    }

    private func missing(_ domid: UInt16, in image: ImageDomains, like uuid: Octets?) -> ArchiveError {
        let others = uuid.map(image.domids) ?? []
        return ArchiveError(
            .noSuchDomain, "domain \(domid): not found in \(image.name)",
            suggestion: others.isEmpty
                ? nil : "the domain with this UUID is \(others.map { String($0) }.joined(separator: " and "))")
    }

    // MARK: What concerns a domain

    /// The pair that a record of the older image, of the newer one, or of both concerns; nil if
    /// none.
    func pair(old item: (Identity, RecordBody)?, new other: (Identity, RecordBody)?) -> DomainPair? {
        pairs.first { pair in
            item.map { concerns($0.0, $0.1, pair.old, old.vmPath(pair.old)) } ?? false
                || other.map { concerns($0.0, $0.1, pair.new, new.vmPath(pair.new)) } ?? false
        }
    }

    private func concerns(_ identity: Identity, _ body: RecordBody, _ domid: UInt16, _ vmPath: Octets?) -> Bool {
        func isPlace(_ path: Octets) -> Bool {
            DomainPath(watch: path).concerned == domid || vmPath.map { Path.isAtOrBelow(path, $0) } ?? false
        }
        switch identity {
        case .connection(let connection), .transaction(let connection, _): return connection.domid == domid
        case .watch(let connection, let path, _): return connection.domid == domid || isPlace(path)
        case .node(let path), .replacedNode(let path): return isPlace(path) || names(body, domid)
        case .pendingNode(let connection, _, let path):
            return connection.domid == domid || isPlace(path) || names(body, domid)
        case .domain(let other): return other == domid
        case .global, .quota, .record: return false
        }
    }

    /// Whether a node's permissions name the domain. Domain 0 owns most nodes, whomever they
    /// concern.
    private func names(_ body: RecordBody, _ domid: UInt16) -> Bool {
        guard domid != 0, case .node(let data) = body else { return false }
        return data.perms.contains { $0.domid == domid && !$0.isStale }
    }
}
