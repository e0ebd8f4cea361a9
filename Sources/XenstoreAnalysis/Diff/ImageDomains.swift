import XenstoreArchive
import XenstoreStream

/// The domains of an image, and the UUID of each.
struct ImageDomains {
    /// The name by which the user knows the image.
    let name: String
    /// The domains that have a ring connection or a home.
    private(set) var present: Set<UInt16> = []
    /// The domains that a connection, a DOMAIN_DATA or a path names: those and what is left of
    /// others.
    private(set) var named: Set<UInt16> = []
    /// The UUID of each domain whose home has one.
    private(set) var uuids: [UInt16: Octets] = [:]

    private static let homes = Octets("/local/domain/".utf8)
    private static let vms = Octets("/vm/".utf8)
    private static let end = Octets("/vm".utf8)

    init(_ image: ImageSource) throws {
        name = image.name
        try image.forEachRecord { body in
            switch body {
            case .connection(let data) where data.kind == .ring:
                present.insert(data.domid)
            case .domain(let data): named.insert(data.domid)
            case .node(let data) where data.isCommitted: note(data)
            default: break
            }
        }
        named.formUnion(present)
    }

    private mutating func note(_ data: NodeData) {
        let path = data.path.octets
        guard let domid = DomainPath(path).concerned else { return }
        named.insert(domid)
        let home = Self.homes + Octets(String(domid).utf8)
        guard Path.isAtOrBelow(path, home) else { return }
        present.insert(domid)
        if path == home + Self.end, let uuid = Self.uuid(data.value) { uuids[domid] = uuid }
    }

    /// The UUID in a value like `/vm/UUID`. The one of zeros only is that of domain 0, and
    /// identifies no guest.
    private static func uuid(_ value: Octets) -> Octets? {
        guard value.starts(with: vms) else { return nil }
        let uuid = value.dropFirst(vms.count)
        let isZero = uuid.allSatisfy { $0 == ASCII.zero || $0 == ASCII.minus }
        return isZero || uuid.contains(ASCII.slash) ? nil : uuid
    }

    /// The domains with this UUID, in order.
    func domids(_ uuid: Octets) -> [UInt16] {
        uuids.filter { $0.value == uuid }.map(\.key).sorted()
    }

    /// The path in /vm of a domain; nil if its UUID is unknown.
    func vmPath(_ domid: UInt16) -> Octets? {
        uuids[domid].map { Self.vms + $0 }
    }
}
