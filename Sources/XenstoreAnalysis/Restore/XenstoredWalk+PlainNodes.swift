import XenstoreStream

extension XenstoredWalk {
    /// Bytes; the longest path that the protocol allows.
    static let longestPath = 3072

    /// The path of the node at `offset` if the daemon reads all its fields as intended; nil if its
    /// reader must be followed byte by byte. Almost every node is plain, and this check takes a
    /// fifth of the time of following the reader.
    func pathOfPlainNode() -> Octets? {
        let stream = nodes.stream
        guard let node = nodes.plainNode(at: offset), stream[node.path.lowerBound] == ASCII.slash,
            node.path.count <= Self.longestPath, stream[node.path].isText, hasKnownPermissions(node)
        else { return nil }
        return stream[node.path]
    }

    /// Whether there are permissions, all with known letters and flags, and each for a domain whose
    /// connection was read before.
    private func hasKnownPermissions(_ node: PlainNode) -> Bool {
        nodes.stream.withUnsafeBytes { stream in
            var index = 0
            while let entry = node.permission(index, in: stream) {
                guard entry.hasLetter, entry.flags <= 1,
                    connections.hasRing(of: Int(entry.domid)) || (index > 0 && entry.isStale)
                else { return false }
                index += 1
            }
            return index > 0
        }
    }
}
