import XenstoreStream

/// The row of a stream in an archive, which says how to encode it from the tables.
public struct ArchivedStream: Sendable {
    /// The stream's id.
    public let streamID: Int64
    /// The id of its chain.
    public let chainID: Int64
    /// Its generation in the chain, from 1.
    public let gen: Int64
    /// The SHA-256 of the file, as 64 hexadecimal digits.
    public let sha256: String
    /// The size of the file in bytes.
    public let size: Int64
    /// The header; nil for a text, and if a damaged file had none.
    public let header: Header?
    /// Layout, byte order and length rule.
    public let format: StreamFormat
    /// How certain import was about the layout.
    public let certainty: String
    /// Why import chose the layout.
    public let layoutReason: String
    /// The number of records.
    public let recordCount: Int64
    /// The number of node records.
    public let nodeCount: Int64
    /// The number of bytes kept verbatim, which no field explains.
    public let verbatimBytes: Int64
    /// Whether the file was damaged, and salvaged.
    public let isSalvaged: Bool
    /// Where the image's tree hangs.
    public let root: TreeRoot
    /// What the image covers.
    public let coverage: Coverage
    /// The bytes after END.
    public let trailer: Octets
    /// The column `item_order`; nil if the items are in the order of their keys.
    let itemOrder: Octets?

    /// The generation of the chain that holds its items.
    var generation: Generation {
        Generation(chainID: chainID, gen: gen, format: format, size: size, recordCount: recordCount)
    }

    /// The stream's items, encoded from the tables.
    func encoded(
        _ database: Database, _ choice: SpanFilter = .all, bindings: (Statement) throws -> Void = { _ in },
        progress: (Int) -> Void = { _ in }
    ) throws -> EncodedItems {
        try reading(database) {
            try EncodedItems(database, generation, choice, bindings: bindings, progress: progress)
        }
    }

    /// Runs `body`, which reads rows; a record that cannot be written is damage of the archive.
    func reading<Outcome>(_ database: Database, _ body: () throws -> Outcome) throws -> Outcome {
        do {
            return try body()
        } catch let error as StreamError {
            throw ArchiveError(
                .damaged,
                "\(database.path): a stored record cannot be written (\(error)); "
                    + "the archive is damaged: restore a backup"
            )
        }
    }

    /// For each item in the stream's order, its place in the order of keys; nil if the two orders
    /// are the same.
    private func order(_ count: Int, _ database: Database) throws -> [Int]? {
        guard let itemOrder else { return nil }
        guard let places = ItemOrder.decode(itemOrder, count: count) else {
            throw ArchiveError(
                .damaged,
                "\(database.path): stream \(streamID) has no readable item_order; "
                    + "the archive is damaged: restore a backup"
            )
        }
        return places
    }

    /// The stream's items in its order, encoded from the tables.
    func encodedInOrder(_ database: Database) throws -> EncodedItems {
        let encoded = try encoded(database)
        return try order(encoded.items.count, database).map(encoded.arranged) ?? encoded
    }

    /// Calls `body` with each record in the stream's order.
    func forEachRecord(_ database: Database, _ body: (RecordBody) throws -> Void) throws {
        try forEachRecord(of: encodedInOrder(database), body)
    }

    /// Calls `body` with each record that is not a committed node, in the stream's order.
    func forEachRecordOutsideTree(_ database: Database, _ body: (RecordBody) throws -> Void) throws {
        func pass(_ record: RecordBody) throws {
            if case .node(let node) = record, node.isCommitted { return }
            try body(record)
        }
        guard itemOrder == nil else { return try forEachRecord(database, pass) }
        try forEachRecord(of: encoded(database, .withoutTree), pass)
    }

    /// Calls `body` with each node at the path or below it, pending ones included, in the stream's
    /// order. Reads nothing else of the image, unless its records were reordered.
    func forEachNode(_ database: Database, atOrBelow path: Octets, _ body: (NodeData) throws -> Void) throws {
        func pass(_ record: RecordBody) throws {
            if case .node(let node) = record, Path.isAtOrBelow(node.path.octets, path) { try body(node) }
        }
        // The place of a record among the reordered ones depends on all others.
        guard itemOrder == nil, !Path.isRoot(path) else { return try forEachRecord(database, pass) }
        let below = path + [ASCII.slash]
        let end = path + [ASCII.slash + 1]
        let encoded = try encoded(
            database, .subtree,
            bindings: { nodes in
                try nodes.bindTextOrBlob(3, path)
                if path.isText {
                    try nodes.bindTextOrBlob(4, below)
                    try nodes.bindTextOrBlob(5, end)
                }
                try nodes.bindBlob(6, below)
                try nodes.bindBlob(7, end)
            })
        try forEachRecord(of: encoded, pass)
    }

    private func forEachRecord(of encoded: EncodedItems, _ body: (RecordBody) throws -> Void) throws {
        let reader = RecordReader(stream: encoded.bytes, format: format)
        for item in encoded.items {
            if Int(item.table) == SpanTable.damageIndex { continue }
            if let record = reader.body(in: item.range) { try body(record) }
        }
    }

    /// Encodes the stream from the tables, in pieces, and compares its SHA-256 with the imported
    /// file's.
    /// - Parameters:
    ///   - progress: called periodically with the number of bytes read from the tables.
    ///   - sink: called with the bytes; if this throws, discard what it has received.
    /// - Returns: the stream's items, as read from the tables.
    /// - Throws: `ArchiveError` with code `damaged` if the SHA-256 differs, or what `sink` throws.
    @discardableResult
    func encode(
        _ database: Database, progress: (Int) -> Void = { _ in }, to sink: (Octets) throws -> Void
    ) throws -> EncodedItems {
        var digest = Digest()
        let encoded = try encoded(database, progress: progress)
        try forEachPiece(of: encoded, database) { piece in
            digest.update(piece)
            try sink(piece)
        }
        try check(digest, database)
        return encoded
    }

    /// Calls `body` with the stream, encoded from the tables, and at the same time compares its
    /// SHA-256 with the imported file's.
    /// - Throws: `ArchiveError` with code `damaged` if the SHA-256 differs, otherwise what `body`
    ///   throws.
    func withBytes<Outcome>(_ database: Database, _ body: ([UInt8]) throws -> Outcome) throws -> Outcome {
        let bytes = try unprovedBytes(database)
        var digest = Digest()
        return try concurrently(
            {
                digest.update(bytes[...])
                try check(digest, database)
            }, { try body(bytes) }
        ).1
    }

    /// The image, read from its bytes as from a file, whose SHA-256 is compared with the imported
    /// file's.
    /// - Throws: `ArchiveError` with code `damaged` if they differ.
    func scanned(_ database: Database) throws -> ScannedImage {
        let bytes = try unprovedBytes(database)
        let image = ScannedImage(
            salvaging: bytes, layout: format.layout, root: root, readsFormerNodes: isSalvaged)
        try check(image.sha256, bytes.count, database)
        return image
    }

    private func unprovedBytes(_ database: Database) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(try database.plausibleCount(size))
        try forEachPiece(of: encoded(database), database) { bytes += $0 }
        return bytes
    }

    /// Calls `write` with the whole stream, in pieces.
    private func forEachPiece(
        of encoded: EncodedItems, _ database: Database, _ write: (Octets) throws -> Void
    ) throws {
        try write(Octets(header?.bytes ?? []))
        if format.layout.isText {
            try encodeText(encoded, database, write)
        } else {
            try encoded.forEachPiece(order: order(encoded.items.count, database), write)
        }
        try write(trailer)
    }

    /// Calls `write` with the lines from which the records were made, in pieces of about a
    /// megabyte.
    private func encodeText(_ encoded: EncodedItems, _ database: Database, _ write: (Octets) throws -> Void) throws {
        let order = try order(encoded.items.count, database)
        let reader = RecordReader(stream: encoded.bytes, format: format)
        var piece: [UInt8] = []
        for index in encoded.items.indices {
            let item = encoded.items[order?[index] ?? index]
            guard let record = try? reader.record(at: item.range.lowerBound, number: index + 1) else {
                throw ArchiveError(
                    .damaged,
                    "\(database.path): a stored record cannot be read; the archive is damaged: restore a backup"
                )
            }
            piece += TextImage.line(of: record, layout: format.layout)
            if piece.count > 1 << 20 {
                try write(piece[...])
                piece.removeAll(keepingCapacity: true)
            }
        }
        if !piece.isEmpty { try write(piece[...]) }
    }

    /// What the committed nodes add up to.
    /// - Parameter encoded: the stream's items.
    func accounts(_ encoded: EncodedItems, _ database: Database) throws -> NodeAccounts {
        let duplicates = try database.integer(
            "SELECT count(*) FROM finding WHERE stream_id = ? AND rule = '\(Rule.duplicateNode.rawValue)'", streamID)
        return encoded.nodeAccounts(format, hasDuplicates: duplicates != 0)
    }

    /// Compares an encoded stream with what was imported.
    /// - Throws: `ArchiveError` with code `damaged` if they differ.
    private func check(_ digest: Digest, _ database: Database) throws {
        try check(digest.hexadecimal(), digest.count, database)
    }

    private func check(_ hexadecimal: String, _ count: Int, _ database: Database) throws {
        guard hexadecimal == sha256 else {
            throw ArchiveError(
                .damaged,
                "\(database.path): stream \(streamID) now has \(count) bytes, SHA-256 \(hexadecimal), "
                    + "but was imported with \(size) bytes, SHA-256 \(sha256); the archive is damaged: restore a backup"
            )
        }
    }
}
