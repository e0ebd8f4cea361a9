import XenstoreStream

/// How what is known of a path in a replayed store compares with an image.
enum ReplayVerdict {
    case same
    /// One of them does not say it.
    case unknown
    case different(ReplayDifference)

    init(_ path: Octets, _ replayed: StoreState, _ image: StoreState) {
        switch (replayed.presence(path), image.presence(path)) {
        case (.unknown, _), (_, .unknown): self = .unknown
        case (.absent, .absent): self = .same
        case (.present, .absent):
            self = .different(Self.difference(path, .node, replayed.nodes[path]?.value, nil))
        case (.absent, .present):
            self = .different(Self.difference(path, .node, nil, image.nodes[path]?.value))
        case (.present, .present):
            self = Self.compare(path, replayed.nodes[path] ?? .unknown, image.nodes[path] ?? .unknown)
        }
    }

    private static func difference(
        _ path: Octets, _ kind: ReplayDifference.Kind, _ replayed: Octets?, _ found: Octets?
    ) -> ReplayDifference {
        ReplayDifference(path: path, kind: kind, replayed: replayed, found: found, position: nil, time: nil)
    }

    private static func compare(_ path: Octets, _ replayed: StoreNode, _ found: StoreNode) -> ReplayVerdict {
        var isKnown = true
        let count = min(replayed.value.count, found.value.count)
        switch (replayed.knowledge, found.knowledge) {
        case (.unknown, _), (_, .unknown): isKnown = false
        case (.whole, .whole):
            guard replayed.value.elementsEqual(found.value) else {
                return .different(difference(path, .value, replayed.value, found.value))
            }
        case (.cut, .cut), (.cut, .whole), (.whole, .cut):
            let isShorter =
                replayed.knowledge == .whole && replayed.value.count < found.value.count
                || found.knowledge == .whole && found.value.count < replayed.value.count
            guard !isShorter, replayed.value.prefix(count).elementsEqual(found.value.prefix(count)) else {
                return .different(difference(path, .value, replayed.value, found.value))
            }
            isKnown = false
        }
        guard let ours = replayed.perms, let theirs = found.perms else { return .unknown }
        guard ours == theirs else {
            return .different(difference(path, .permissions, text(ours), text(theirs)))
        }
        return isKnown ? .same : .unknown
    }

    private static func text(_ perms: [Permission]) -> Octets {
        Octets(TextPermissions.text(perms, separator: ASCII.comma))
    }
}
