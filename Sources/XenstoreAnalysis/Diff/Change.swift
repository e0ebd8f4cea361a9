import XenstoreStream

/// One difference between two images.
public struct Change: Sendable {
    public enum Action: String, CaseIterable, Sendable {
        case added, removed, changed
    }

    /// What kind of thing differs; the cases stand in the order in which a diff shows them.
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
        /// A node, where its value differs or it is not on both sides.
        case node
        /// A node of which only the permissions differ.
        case perms
        /// A record of a type that no document defines.
        case record
    }

    public let action: Action
    public let kind: Kind
    /// Of a node or a watch.
    public let path: Octets?
    /// Of a node: its owner; of a connection, what belongs to one, a domain or a quota: its domain.
    public let domid: UInt16?
    /// What tells the thing from others of its kind, besides path and domid: a socket, a token, a tx-id, a name.
    public let identity: [Attribute]
    /// Everything about the thing on either side; nil where it is not there.
    public let old: [Attribute]?
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
