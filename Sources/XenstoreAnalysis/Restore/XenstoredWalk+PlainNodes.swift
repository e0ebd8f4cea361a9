import XenstoreStream

extension XenstoredWalk {
    /// Bytes; the longest path that the protocol allows.
    static let longestPath = 3072

    /// The path of the node at `offset` if the daemon reads all its fields as intended; nil if its
    /// reader must be followed byte by byte. Almost every node is ordinary, and this check takes a
    /// fifth of the time of following the reader.
    func ordinaryPath(_ plan: PlainNodePlan) -> Octets? {
        memory.bytes.withUnsafeBytes { stream in
            let format = StreamFormat(layout: .v1, byteOrder: .little, lengthRule: .padded)
            guard let start = stream.baseAddress, let node = plan.certainNode(at: offset, in: stream, format),
                node.path.first == 0x2F, node.path.count <= Self.longestPath, node.path.isText,
                hasOrdinaryPermissions(node)
            else { return nil }
            return memory.bytes[node.pathRange(from: start)]
        }
    }

    /// Whether there are permissions, all with known letters and flags, and each for a domain whose
    /// connection was read before.
    private func hasOrdinaryPermissions(_ node: PlainNode) -> Bool {
        var index = 0
        while let entry = node.permission(index) {
            guard entry.hasLetter, entry.flags <= 1,
                connections.hasRing(of: Int(entry.domid)) || (index > 0 && entry.isStale)
            else { return false }
            index += 1
        }
        return index > 0
    }
}
