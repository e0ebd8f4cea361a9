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
    /// Strings are hashed as a whole: Swift's own way is byte by byte, a tenth of a comparison's
    /// time.
    func hash(into hasher: inout Hasher) {
        func combine(_ octets: Octets) {
            octets.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
        switch self {
        case .global: hasher.combine(0)
        case .quota(let scope, let name):
            hasher.combine(scope)
            combine(name)
        case .domain(let domid): hasher.combine(domid)
        case .connection(let connection): hasher.combine(connection)
        case .watch(let connection, let path, let token):
            hasher.combine(connection)
            combine(path)
            hasher.combine(path.count)
            combine(token)
        case .transaction(let connection, let txID):
            hasher.combine(connection)
            hasher.combine(txID)
        case .node(let path): combine(path)
        case .replacedNode(let path):
            hasher.combine(1)
            combine(path)
        case .pendingNode(let connection, let txID, let path):
            hasher.combine(connection)
            hasher.combine(txID)
            combine(path)
        case .record(let type): hasher.combine(type)
        }
    }

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
