/// What one pass through a whole stream says if nothing is checked, and nothing kept of its
/// records.
package struct StreamOutline: Sendable {
    package let header: Header
    /// The number of node records.
    package let nodeCount: Int
    /// Bytes that no field explains; without the trailer.
    package let verbatimCount: Int
    /// What the stream covers.
    package let coverage: Coverage
    /// Where END ends, in bytes from the start of the stream.
    package let end: Int

    /// Reads a stream to its end.
    /// - Throws: `StreamError` if the bytes cannot be read to END.
    package init(bytes: [UInt8], format: StreamFormat) throws(StreamError) {
        header = try Header(bytes: bytes)
        var cursor = try RecordCursor(bytes: bytes, format: format)
        var contents = StreamContents(format.layout)
        var (nodes, verbatim) = (0, 0)
        while let item = try cursor.next() {
            switch item {
            case .plainNode(let node):
                nodes += 1
                contents.addNode(node.path, of: bytes)
            case .record(let record):
                if record.type == .nodeData { nodes += 1 }
                verbatim += record.residue?.verbatimCount ?? 0
                contents.add(record.body)
            // Only a damaged stream has such a span.
            case .damage: contents.addDamage()
            }
        }
        (nodeCount, verbatimCount) = (nodes, verbatim)
        coverage = contents.coverage
        end = cursor.offset
    }
}
