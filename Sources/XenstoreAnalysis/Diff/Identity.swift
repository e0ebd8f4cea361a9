import XenstoreStream

/// What identifies a record in two images.
enum Identity: Hashable {
    case global
    case quota(scope: QuotaScope, name: Octets)
    case domain(UInt16)
    case connection(ConnectionIdentity)
    case watch(ConnectionIdentity, path: Octets, token: Octets)
    case transaction(ConnectionIdentity, txID: UInt32)
    case node(path: Octets)
    /// A committed node that a later one with the same path replaces.
    case replacedNode(path: Octets)
    case pendingNode(ConnectionIdentity, txID: UInt32, path: Octets)
    case record(type: UInt32)
}

extension Identity {
    /// The path of a node or a watch; otherwise nil.
    var path: Octets? {
        switch self {
        case .node(let path), .replacedNode(let path), .watch(_, let path, _), .pendingNode(_, _, let path): path
        default: nil
        }
    }

    /// The domain of a connection and what belongs to it, or of a DOMAIN_DATA; otherwise nil.
    var domid: UInt16? {
        switch self {
        case .connection(let connection), .transaction(let connection, _), .watch(let connection, _, _),
            .pendingNode(let connection, _, _):
            connection.domid
        case .domain(let domid): domid
        default: nil
        }
    }
}
