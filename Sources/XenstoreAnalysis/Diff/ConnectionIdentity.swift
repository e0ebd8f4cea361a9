import XenstoreStream

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
        case .other(let type, let spec):
            [Attribute("type", .integer(Int64(type))), Attribute("conn_spec", .octets(spec))]
        case .unknown(let connID): [Attribute("conn_id", connID)]
        }
    }
}
