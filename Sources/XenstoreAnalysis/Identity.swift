import XenstoreStream

/// What makes a record of one image the same thing as a record of another.
enum Identity: Hashable {
    case global
    case quota(scope: QuotaScope, name: Octets)
    case domain(UInt16)
    case connection(ConnectionIdentity)
    case watch(ConnectionIdentity, path: Octets, token: Octets)
    case transaction(ConnectionIdentity, txID: UInt32)
    case node(path: Octets)
    case pendingNode(ConnectionIdentity, txID: UInt32, path: Octets)
    case record(type: UInt32)
}

enum QuotaScope: Hashable {
    case host, domainDefault
    case domain(UInt16)
}

/// A connection across two images. conn-id is renumbered at each dump, so it does not count.
enum ConnectionIdentity: Hashable {
    /// A domain's ring. The second number tells a domain from an earlier one with the same domid (0 or 1).
    case ring(UInt16, Int)
    case socket(Int32)
    /// A connection type from the future, told by its bytes.
    case other(UInt16, Octets)
    /// A conn-id without a connection.
    case unknown(UInt32)

    var domid: UInt16? {
        if case .ring(let domid, _) = self { domid } else { nil }
    }

    /// What to call it besides its domid.
    var attributes: [Attribute] {
        switch self {
        case .ring: []
        case .socket(let descriptor): [Attribute("socket_fd", descriptor)]
        case .other(let type, let spec): [Attribute("type", .integer(Int64(type))), Attribute("conn_spec", .octets(spec))]
        case .unknown(let connID): [Attribute("conn_id", connID)]
        }
    }
}
