import XenstoreStream

/// The nodes of a store as of one moment, and how they were read.
public struct CapturedStore: Sendable {
    /// The nodes, parents before children: those below the top, and first its ancestors. They are
    /// most of the store's memory: see `dropNodes`.
    public private(set) var nodes: CapturedNodes
    /// The number of nodes.
    public let nodeCount: Int
    /// The path from which on everything was read.
    public let top: Octets
    /// Which daemon answered.
    public let daemon: StoreDaemon
    /// The method that was used, never `auto`.
    public let method: CaptureMethod
    /// When the first request was sent, in nanoseconds since 1970, UTC.
    public let start: Int64
    /// The moment of the image, in nanoseconds since 1970, UTC: the nodes are those of the store
    /// then, apart from `unsettled`.
    public let moment: Int64
    /// When the last request was answered, in nanoseconds since 1970, UTC.
    public let end: Int64
    /// How often something was read again.
    public let rounds: Int
    /// How many events the watches reported.
    public let eventCount: Int
    /// How many requests were sent.
    public let requestCount: Int
    /// The paths that changed after they were read for the last time, in the order of their bytes.
    /// What is at and below them is in doubt, and whether their ancestors have more children.
    public let unsettled: [Octets]
    /// What the daemon does not let this connection read, with its word; sorted by path.
    public let unreadable: [(path: Octets, name: StoreErrorName)]
    /// Whether each domain that has a home is introduced; sorted.
    public let domains: [(domid: UInt16, isIntroduced: Bool)]

    /// What the nodes are an image of: nodes and permissions at and below the top, except what
    /// could not be read. Stale marks and everything that a client does not see are unknown.
    public var coverage: Coverage {
        let kinds: [Coverage.Kind] = [.nodes, .permissions]
        let whole = Coverage(kinds)
        let part = Path.isRoot(top) ? whole : whole.ofSubtrees([top])
        let exceptions = unreadable.flatMap { hidden in
            kinds.map { Coverage.Area($0, root: hidden.path, isCovered: false) }
        }
        return Coverage(part.areas + exceptions)
    }

    init(
        nodes: CapturedNodes, top: Octets, daemon: StoreDaemon, method: CaptureMethod,
        times: (start: Int64, moment: Int64, end: Int64), counts: (rounds: Int, events: Int, requests: Int),
        unsettled: [Octets], unreadable: [(path: Octets, name: StoreErrorName)],
        domains: [(domid: UInt16, isIntroduced: Bool)]
    ) {
        (self.nodes, nodeCount) = (nodes, nodes.count)
        (self.top, self.daemon, self.method) = (top, daemon, method)
        (start, moment, end) = times
        (rounds, eventCount, requestCount) = counts
        (self.unsettled, self.unreadable, self.domains) = (unsettled, unreadable, domains)
    }

    /// Gives the memory of the nodes back: then there are none, and everything else is as before.
    public mutating func dropNodes() {
        nodes = CapturedNodes(StoreTree(), from: top, ancestors: [])
    }

    /// The nodes as a stream of layout v1 in this machine's byte order. Its GLOBAL_DATA has no
    /// descriptors.
    /// - Throws: `StreamError` if a field cannot hold its value.
    public func stream() throws(StreamError) -> [UInt8] {
        var writer = try begunStream()
        // Not more than is needed: when an array grows, there are two for a moment.
        writer.reserve(nodes.reduce(64) { $0 + 48 + $1.path.octets.count + $1.value.count + 4 * $1.perms.count })
        for node in nodes { try writer.write(.node(node)) }
        try writer.write(.opaque(OpaqueData(type: .end)))
        return writer.bytes
    }

    /// Writes the same stream in pieces, of which only one is in memory at a time.
    /// - Parameter write: gets the pieces one after another.
    /// - Throws: `StreamError` if a field cannot hold its value, or what `write` throws.
    public func stream(to write: ([UInt8]) throws -> Void) throws {
        var writer = try begunStream()
        for node in nodes {
            try writer.write(.node(node))
            if writer.pendingCount >= 1 << 18 { try write(writer.take()) }
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        try write(writer.take())
    }

    private func begunStream() throws(StreamError) -> StreamWriter {
        let format = StreamFormat(layout: .v1, byteOrder: .native)
        var writer = StreamWriter(header: Header(format: format), format: format)
        try writer.write(.global(GlobalData()))
        return writer
    }
}
