import XenstoreStream

extension Diff {
    /// Orders by kind (nodes and their permissions together), then path, domid and identity;
    /// removals come before additions.
    static func isBefore(_ left: Change, _ right: Change) -> Bool {
        if left.kind.rank != right.kind.rank { return left.kind.rank < right.kind.rank }
        let (path, other) = (left.renaming?.comparedPath ?? left.path, right.renaming?.comparedPath ?? right.path)
        if path != other {
            guard let path, let other else { return path == nil }
            return path.lexicographicallyPrecedes(other)
        }
        if left.domid != right.domid { return (left.domid.map(Int.init) ?? -1) < (right.domid.map(Int.init) ?? -1) }
        for (a, b) in zip(left.identity, right.identity) where a.value != b.value { return isBefore(a.value, b.value) }
        if left.identity.count != right.identity.count { return left.identity.count < right.identity.count }
        return left.action == .removed && right.action != .removed
    }

    /// Numbers come first, by value; text and bytes follow, as bytes.
    private static func isBefore(_ left: Attribute.Value, _ right: Attribute.Value) -> Bool {
        let (a, b) = (sortKey(left), sortKey(right))
        if a.number != b.number { return (a.number ?? .max) < (b.number ?? .max) }
        return a.octets.lexicographicallyPrecedes(b.octets)
    }

    private static func sortKey(_ value: Attribute.Value) -> (number: Int64?, octets: Octets) {
        switch value {
        case .none: (-1, [])
        case .integer(let number): (number, [])
        case .unsigned(let number): (Int64(clamping: number), [])
        case .text(let text): (nil, Octets(text.utf8))
        case .octets(let octets), .data(let octets): (nil, octets)
        }
    }
}
