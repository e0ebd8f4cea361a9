/// Makes fields of plain nodes.
package struct PlainNodeReader {
    private let stream: [UInt8]
    private let known: PermissionCache

    package init(stream: [UInt8]) {
        self.init(stream: stream, known: PermissionCache())
    }

    init(stream: [UInt8], known: PermissionCache) {
        self.stream = stream
        self.known = known
    }

    /// The fields of a node, which are slices of the stream.
    /// - Parameter bytes: the stream, as it lies in memory.
    package func data(_ node: PlainNode, in bytes: UnsafeRawBufferPointer) -> NodeData {
        guard let start = bytes.baseAddress else { return NodeData() }
        return NodeData(
            path: TerminatedString(stream[node.pathRange(from: start)]), value: stream[node.valueRange(from: start)],
            perms: known.list(stream[node.permsRange(from: start)], isBigEndian: node.isBigEndian))
    }
}
