import XenstoreStream

/// The largest of what the committed nodes of an image have. The table `extent_span` holds it.
struct NodeExtents: Equatable {
    /// The most slashes in a path.
    var depth: Int64 = 0
    /// Nodes as `isNumbered` says that have no child with an ordinary name.
    var numbered: Int64 = 0
    /// The bytes of the longest path of a node that domain 0 does not own.
    var guestPath: Int64 = 0
    /// The bytes of the largest value of such a node.
    var guestValue: Int64 = 0
    /// The entries of the longest list of permissions of such a node.
    var guestPerms: Int64 = 0

    /// Adds a node, for all but `numbered`.
    mutating func add(_ node: NodeAccounts.Node, in bytes: [UInt8]) {
        if node.path.count > depth {
            let slashes = bytes.withUnsafeBytes { bytes in
                bytes[node.path].reduce(into: Int64(0)) { if $1 == ASCII.slash { $0 += 1 } }
            }
            depth = max(depth, slashes)
        }
        guard let owner = node.owner, owner != 0 else { return }
        guestPath = max(guestPath, Int64(node.path.count))
        guestValue = max(guestValue, Int64(node.valueCount))
        guestPerms = max(guestPerms, Int64(node.perms.count))
    }

    /// Whether a node has an empty value and a number for a name, like what is left of a domain.
    static func isNumbered(_ node: NodeAccounts.Node, in bytes: [UInt8]) -> Bool {
        guard node.valueCount == 0 else { return false }
        var end = node.path.endIndex
        while end > node.path.startIndex, ASCII.isDigit(bytes[end - 1]) { end -= 1 }
        return end < node.path.endIndex && end > node.path.startIndex && bytes[end - 1] == ASCII.slash
    }

    /// Whether SQL takes a path with this end for one below its parent: a path that is no text is
    /// not, and neither is one that ends with a slash.
    static func isOrdinary(_ name: ArraySlice<UInt8>) -> Bool {
        name.last != ASCII.slash && name.allSatisfy { 0x21...0x7E ~= $0 }
    }
}
