import XenstoreStream

/// The state of a store at a moment as an image.
package struct ReplayedImage {
    /// What it is called: the reference as the user wrote it.
    package let name: String
    package let image: ScannedImage
    /// Sentences about what the log does not say. If there are none, all nodes that the image has
    /// covered are as they were.
    package let notes: [String]

    /// - Throws: `StreamError` or `ArchiveError` if no image can hold the nodes.
    init(_ name: String, _ state: StoreState, _ global: GlobalData?, notes: [String]) throws {
        self.name = name
        self.notes = notes
        var isWhole = true
        state.forEachNode { _, node in if node.knowledge != .whole || node.perms == nil { isWhole = false } }
        let scanned =
            switch (isWhole, state.rules) {
            case (false, _): try Self.listing(state)
            case (true, .xenstored): try Self.stream(state, global ?? GlobalData())
            case (true, .oxenstored): try Self.text(state, global)
            }
        image = scanned.covering(state.coverage)
    }

    // MARK: Streams

    /// The nodes as a stream of a C xenstored.
    private static func stream(_ state: StoreState, _ global: GlobalData) throws -> ScannedImage {
        let format = StreamFormat(layout: .v1, byteOrder: .little)
        var writer = StreamWriter(header: Header(format: format), format: format)
        try writer.write(.global(global))
        try state.forEachNode { path, node in
            try writer.write(
                .node(NodeData(path: TerminatedString(path), value: node.value, perms: node.perms ?? [])))
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        return try ScannedImage(bytes: writer.bytes)
    }

    /// The nodes as oxenstored's text.
    private static func text(_ state: StoreState, _ global: GlobalData?) throws -> ScannedImage {
        guard let dialect = Layout.oxenstored.dialect else { return try stream(state, GlobalData()) }
        var text = dialect.head
        if let global { text += dialect.line(of: .global(global)) }
        state.forEachNode { path, node in
            let data = NodeData(path: TerminatedString(path), value: node.value, perms: node.perms ?? [])
            text += dialect.line(of: .node(data))
        }
        return try ScannedImage(bytes: text, layout: .oxenstored)
    }

    // MARK: Listings

    private static let unknownValue = Array(" = <unknown>".utf8)
    private static let beforeValue = Array(" = \"".utf8)
    private static let cutMark = Array("\\...".utf8)

    /// The nodes as a listing, the only form that can say that something is not known.
    private static func listing(_ state: StoreState) throws -> ScannedImage {
        var text: [UInt8] = []
        var written: [(path: Octets, node: StoreNode)] = []
        state.forEachNode { path, node in
            if Path.isRoot(path) { return }
            written.append((path, node))
            text += ToolEscape.text(path)
            if node.knowledge == .unknown {
                text += unknownValue
            } else {
                text += beforeValue + ToolEscape.text(node.value) + (node.knowledge == .cut ? cutMark : [])
                text.append(ASCII.quote)
            }
            if let perms = node.perms {
                text += Array("   (".utf8) + TextPermissions.text(perms, separator: ASCII.comma)
                text.append(ASCII.closeParenthesis)
            }
            text.append(ASCII.newline)
        }
        guard !written.isEmpty else {
            throw ArchiveError(
                .noSuchNode,
                "nothing is known of any node at this moment: the log has no request since lines of it are "
                    + "missing")
        }
        let image = try ScannedImage(bytes: text, layout: .listing)
        try check(image, written)
        return image
    }

    /// A listing is read by rules for what people paste; it must say what was meant.
    private static func check(_ image: ScannedImage, _ written: [(path: Octets, node: StoreNode)]) throws {
        var rest = written[...]
        try image.forEachItem { _, item in
            guard case .record(let record) = item, case .node(let data) = record.body else { return }
            guard let (path, node) = rest.popFirst(), data.path.octets.elementsEqual(path),
                data.value.elementsEqual(node.value), ValueKnowledge(data, .listing) == node.knowledge,
                data.perms == node.perms ?? [], !ValueKnowledge.hasCutPath(data, .listing)
            else {
                throw ArchiveError(
                    .notReproducible,
                    "the node \(Escape.printable(data.path.octets)) cannot be written into a listing; "
                        + "this is a bug in xsarchive: report it with the image and the log")
            }
        }
        if let (path, _) = rest.first {
            throw ArchiveError(
                .notReproducible,
                "the node \(Escape.printable(path)) cannot be written into a listing; this is a bug "
                    + "in xsarchive: report it with the image and the log")
        }
    }
}
