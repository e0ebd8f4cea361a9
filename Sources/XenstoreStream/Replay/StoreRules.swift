/// By which daemon's rules requests change a store.
package enum StoreRules: Sendable {
    /// A new node gets its parent's permissions; the owner is the domain that makes it, unless that
    /// is domain 0.
    case xenstored
    /// A new node gets its parent's permissions, with the owner. The end of a domain removes its
    /// nodes, and its entries in the permissions of others.
    case oxenstored
}
