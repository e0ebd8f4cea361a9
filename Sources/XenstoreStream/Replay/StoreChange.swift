/// One change of a store that a request asks for.
package struct StoreChange: Equatable, Sendable {
    /// What is to be changed.
    package enum Kind: Equatable, Sendable {
        /// The value, and how much of it is known.
        case write(Octets, ValueKnowledge)
        case mkdir
        case rm
        /// Nil: permissions that are not known.
        case setPermissions([Permission]?)
    }

    package let kind: Kind
    /// The node's path: absolute or special.
    package let path: Octets
    /// The domain that asks; nil: not known.
    package let domid: UInt16?
    /// Whether the request may have failed because the node, or its parent, does not exist.
    package let mayLackNode: Bool

    package init(_ kind: Kind, _ path: Octets, domid: UInt16?, mayLackNode: Bool = false) {
        self.kind = kind
        self.path = path
        self.domid = domid
        self.mayLackNode = mayLackNode
    }
}
