/// What an image covers: what it would hold if it existed.
///
/// What an image does not cover is unknown. A stream covers everything that its layout has a record
/// for; a listing covers nodes, often only those of a part of the tree.
public struct Coverage: Equatable, Sendable {
    /// A kind of things that an image can hold.
    public enum Kind: String, CaseIterable, Sendable {
        /// Committed nodes and their values.
        case nodes
        /// The permissions of nodes, without the marks of stale entries.
        case permissions
        /// The marks of stale permissions.
        case stale
        /// The special nodes, like @releaseDomain.
        case special
        /// Connections: rings and sockets.
        case connections
        /// Watches.
        case watches
        /// Open transactions.
        case transactions
        /// What waits in transactions and connections: pending nodes, requests, replies and events.
        case pending
        /// Quotas and features of domains.
        case quotas
    }

    /// A part of the tree in which a kind is covered, or an exception from one.
    public struct Area: Hashable, Sendable {
        /// What is covered or not.
        public let kind: Kind
        /// The path from which on; the root of the tree for what has no path. It is relative if the
        /// image's root is unknown.
        public let root: Octets
        /// Whether the area has `root` itself, or only what is below it.
        public let includesRoot: Bool
        /// False for an exception within a larger area.
        public let isCovered: Bool

        /// An area, which is covered unless said otherwise.
        public init(_ kind: Kind, root: Octets = [0x2F], includesRoot: Bool = true, isCovered: Bool = true) {
            self.kind = kind
            self.root = root
            self.includesRoot = includesRoot
            self.isCovered = isCovered
        }

        /// Whether the area has the path.
        func has(_ path: Octets) -> Bool {
            if root.isEmpty { return !Path.isFixed(path) }
            return Path.isAtOrBelow(path, root) && (includesRoot || path.count > root.count)
        }
    }

    /// The areas. The one with the longest root decides about a path; no area: not covered.
    public let areas: [Area]

    /// What these areas cover.
    public init(_ areas: [Area]) {
        self.areas = areas
    }

    /// All of some kinds.
    public init(_ kinds: [Kind]) {
        areas = kinds.map { Area($0) }
    }

    /// Whether anything of a kind is covered.
    public func covers(_ kind: Kind) -> Bool {
        areas.contains { $0.kind == kind && $0.isCovered }
    }

    /// Whether a path is covered for a kind: if the image holds nothing there, nothing was there.
    public func covers(_ kind: Kind, _ path: Octets) -> Bool {
        var longest = -1
        var isCovered = false
        for area in areas where area.kind == kind && area.root.count > longest && area.has(path) {
            (longest, isCovered) = (area.root.count, area.isCovered)
        }
        return isCovered
    }

    /// Whether a kind is covered for the whole host, apart from the root itself and from what could
    /// not be read.
    public func coversHost(_ kind: Kind) -> Bool {
        areas.contains { $0.kind == kind && $0.isCovered && Path.isRoot($0.root) }
    }

    /// Whether a kind is covered for a connection, and for what belongs to it.
    /// - Parameters:
    ///   - kind: the kind of things.
    ///   - domid: the domain of the connection; nil for a socket, and for what belongs to the
    ///     daemon.
    public func covers(_ kind: Kind, domid: UInt16?) -> Bool {
        covers(kind, domid.map(Self.home) ?? Path.root)
    }

    /// The kinds of which nothing is covered, in the order of their declaration.
    public var uncovered: [Kind] {
        Kind.allCases.filter { !covers($0) }
    }
}

extension Coverage.Kind {
    /// The name in sentences: "needs permissions".
    public var name: String {
        switch self {
        case .nodes: "nodes"
        case .permissions: "permissions"
        case .stale: "stale marks"
        case .special: "special nodes"
        case .connections: "connections"
        case .watches: "watches"
        case .transactions: "transactions"
        case .pending: "pending data"
        case .quotas: "quotas"
        }
    }
}
