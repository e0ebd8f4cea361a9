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
    case pendingNode(ConnectionIdentity, txID: UInt32, path: Octets)
    case record(type: UInt32)
}
