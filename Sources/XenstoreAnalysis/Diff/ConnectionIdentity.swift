import XenstoreStream

/// What identifies a connection in two images. conn-id is renumbered at each dump, so it does not
/// count.
enum ConnectionIdentity: Hashable {
    /// A domain's ring. The second number distinguishes a domain from an earlier one with the same
    /// domid (1), and from one that is compared with another (2).
    case ring(UInt16, Int)
    case socket(Int32)
    /// A connection of an unknown type, identified by its bytes.
    case other(UInt16, Octets)
    /// A conn-id without a connection.
    case unknown(UInt32)

    var domid: UInt16? {
        if case .ring(let domid, _) = self { domid } else { nil }
    }

    /// What identifies it in addition to its domid.
    var attributes: [Attribute] {
        switch self {
        case .ring: []
        case .socket(let descriptor): [Attribute("socket_fd", descriptor)]
        case .other(let type, let spec):
            [Attribute("type", .integer(Int64(type))), Attribute("conn_spec", .octets(spec))]
        case .unknown(let connID): [Attribute("conn_id", connID)]
        }
    }
}
