import XenstoreStream

/// A path at which a replayed store and an image part.
package struct ReplayDifference {
    /// In what they differ.
    package enum Kind: String, Sendable {
        /// Only one of them has the node.
        case node
        case value
        case permissions
    }

    package let path: Octets
    package let kind: Kind
    /// What the replay has: the value or the permissions; nil: no node.
    package let replayed: Octets?
    /// What the image has.
    package let found: Octets?
    /// The number of the line after which they differ; nil: the log has nothing about the path.
    package internal(set) var position: Int64?
    /// When that was, in milliseconds since 1970; nil: not known.
    package internal(set) var time: Int64?
}
