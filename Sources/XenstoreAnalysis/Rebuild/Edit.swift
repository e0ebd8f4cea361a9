import XenstoreArchive
import XenstoreStream

/// A change to an image.
public enum Edit: Hashable, Sendable {
    /// Leaves out everything of one kind.
    case drop(Drop)
    /// Removes the node and everything below it, including pending nodes.
    case remove(Octets)
    /// Sets a node's value. If the node does not exist, it is created with its missing parents, and
    /// gets the permissions of its nearest existing ancestor.
    case set(Octets, value: Octets)
    /// Sets a node's permissions, the owner's entry first.
    case setPerms(Octets, [Permission])

    /// What can be left out completely.
    public enum Drop: String, CaseIterable, Sendable {
        /// Socket connections, with their watches, transactions and pending nodes.
        case sockets
        /// All connections, with their watches, transactions and pending nodes.
        case connections
        /// Open transactions and their pending nodes.
        case transactions
        /// Pending nodes.
        case pending
        /// Requests, replies and events in the connections' buffers.
        case buffers
    }
}
