import XenstoreStream

/// One difference between two images.
public struct Change: Sendable {
    /// What happened to the item.
    public enum Action: String, CaseIterable, Sendable {
        case added, removed, changed
    }

    /// The kind of item that differs, in the order in which a diff shows them.
    public enum Kind: String, CaseIterable, Sendable {
        /// The stream's header and layout.
        case header
        /// GLOBAL_DATA.
        case global
        case quota
        case domain
        case connection
        case watch
        case transaction
        /// A node whose value differs or that is only on one side.
        case node
        /// A node whose permissions alone differ.
        case perms
        /// A record of an unknown type.
        case record
    }

    /// What happened to the item.
    public let action: Action
    /// The kind of item.
    public let kind: Kind
    /// The path of a node or a watch; otherwise nil.
    public let path: Octets?
    /// A node's owner; the domain of a connection and its watches and transactions, of a
    /// DOMAIN_DATA or of a quota; otherwise nil.
    public let domid: UInt16?
    /// What identifies the item among others of its kind, in addition to path and domid: a socket,
    /// a token, a tx-id, a name.
    public let identity: [Attribute]
    /// All attributes in the older image; nil if the item is not there.
    public let old: [Attribute]?
    /// All attributes in the newer image; nil if the item is not there.
    public let new: [Attribute]?

    /// The attributes that differ, with both values.
    public var differences: [(name: String, old: Attribute.Value, new: Attribute.Value)] {
        guard let old, let new else { return [] }
        var result: [(name: String, old: Attribute.Value, new: Attribute.Value)] = []
        for attribute in old {
            let other = new.first { $0.name == attribute.name }?.value ?? .none
            if other != attribute.value { result.append((attribute.name, attribute.value, other)) }
        }
        for attribute in new where !old.contains(where: { $0.name == attribute.name }) {
            result.append((attribute.name, .none, attribute.value))
        }
        return result
    }
}
