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
        /// A committed node that a later one with the same path replaces, as in a daemon.
        case duplicate
        /// The bytes of a record that its fields do not explain.
        case residue
        /// A damaged span.
        case damage
        /// The bytes after END.
        case trailer
        /// The order of the records that both images have.
        case order
    }

    /// What happened to the item.
    public let action: Action
    /// The kind of item.
    public internal(set) var kind: Kind
    /// The path of a node or a watch, in the newer image if the item is there; otherwise nil.
    public internal(set) var path: Octets?
    /// A node's owner (`concernedDomid` is the domain that it is about); the domain of a connection
    /// and its watches and transactions, of a DOMAIN_DATA or of a quota; otherwise nil.
    public let domid: UInt16?
    /// What identifies the item among others of its kind, in addition to path and domid: a socket,
    /// a token, a tx-id, a name.
    public let identity: [Attribute]
    /// All attributes in the older image; nil if the item is not there. The order of records has
    /// none.
    public internal(set) var old: [Attribute]?
    /// All attributes in the newer image; nil if the item is not there.
    public internal(set) var new: [Attribute]?
    /// The domain to which the diff is restricted, and which the change concerns; nil if the diff
    /// is of all domains.
    public internal(set) var pair: DomainPair?
    /// How the older image has the item, if it has it under another domid; otherwise nil.
    var renaming: Renaming?
    /// The names of attributes that are not compared, because an image does not say them.
    var ignored: Set<String> = []
    /// Who made it, by the logs; empty if that was not asked for.
    package var authors: [ChangeAuthor] = []

    /// An item that the older image has under another domid.
    struct Renaming: Sendable {
        /// The path in the older image; nil if it is the same, or the item has none.
        var oldPath: Octets?
        /// The domain of a connection and so on in the older image; nil if it is the same.
        var oldDomid: UInt16?
        /// The path that is compared, with the domids of the newer image.
        var comparedPath: Octets?
        /// The older attributes with the domids of the newer image; nil if the item is only on one
        /// side.
        var compared: [Attribute]?
    }

    /// The owner of a node; nil for other items, and if the image does not say it.
    public var owner: UInt16? {
        switch kind {
        case .node, .perms, .duplicate: domid
        default: nil
        }
    }

    /// The path in the older image, if the same item has another one in the newer image.
    public var oldPath: Octets? { renaming?.oldPath }
    /// The domid in the older image, if the same connection or DOMAIN_DATA has another one in the
    /// newer image.
    public var oldDomid: UInt16? { renaming?.oldDomid }

    /// The attributes that differ, with both values. A domid does not differ from the one with
    /// which it is paired.
    public var differences: [(name: String, old: Attribute.Value, new: Attribute.Value)] {
        guard let old, let new else { return [] }
        let compared = renaming?.compared ?? old
        var result: [(name: String, old: Attribute.Value, new: Attribute.Value)] = []
        for (attribute, renamed) in zip(old, compared) {
            let other = new.first { $0.name == attribute.name }?.value ?? .none
            if other != renamed.value { result.append((attribute.name, attribute.value, other)) }
        }
        for attribute in new where !old.contains(where: { $0.name == attribute.name }) {
            result.append((attribute.name, .none, attribute.value))
        }
        result.removeAll { ignored.contains($0.name) }
        return result
    }
}
