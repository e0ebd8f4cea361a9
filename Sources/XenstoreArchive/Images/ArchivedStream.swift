import XenstoreStream

/// A stream as it lies in an archive: what is needed to write it out again.
public struct ArchivedStream: Sendable {
    public let streamID: Int64
    public let chainID: Int64
    public let gen: Int64
    public let sha256: String
    /// Bytes.
    public let size: Int64
    /// Nil where a damaged file had none.
    public let header: Header?
    public let format: StreamFormat
    public let certainty: String
    public let layoutReason: String
    public let recordCount: Int64
    public let nodeCount: Int64
    public let verbatimBytes: Int64
    /// Whether the file was damaged and read as far as it could be.
    public let isSalvaged: Bool
    public let trailer: Octets
    /// The column `item_order`; nil where the items stand in the order of their keys.
    let itemOrder: Octets?

    /// The generation of the chain that holds its items.
    var generation: Generation {
        Generation(chainID: chainID, gen: gen, format: format, size: size, recordCount: recordCount)
    }

    static func load(_ database: Database, streamID: Int64) throws -> ArchivedStream {
        let row = try database.prepare(
            """
            SELECT s.chain_id, s.gen, s.sha256, s.size, s.version, s.flags, s.layout, c.length_rule, s.certainty,
                   s.layout_reason, s.record_count, s.node_count, s.verbatim_bytes, s.trailer, c.byte_order,
                   s.salvaged, s.item_order
            FROM stream s JOIN chain c ON c.chain_id = s.chain_id WHERE s.stream_id = ?
            """)
        try row.bind(1, streamID)
        guard try row.step(), let layout = Layout(rawValue: row.string(6)),
            let rule = LengthRule(rawValue: row.string(7)),
            let order = ByteOrder(rawValue: row.string(14))
        else {
            throw ArchiveError(
                .damaged,
                "\(database.path): stream \(streamID) has no readable row; the archive is damaged: restore a copy")
        }
        let header =
            row.isNull(4)
            ? nil
            : Header(
                version: UInt32(truncatingIfNeeded: row.integer(4)), flags: UInt32(truncatingIfNeeded: row.integer(5)))
        return ArchivedStream(
            streamID: streamID, chainID: row.integer(0), gen: row.integer(1), sha256: row.string(2),
            size: row.integer(3),
            header: header, format: StreamFormat(layout: layout, byteOrder: order, lengthRule: rule),
            certainty: row.string(8), layoutReason: row.string(9), recordCount: row.integer(10),
            nodeCount: row.integer(11),
            verbatimBytes: row.integer(12), isSalvaged: row.integer(15) == 1, trailer: row.octets(13),
            itemOrder: row.isNull(16) ? nil : row.octets(16))
    }

    /// Its items, written anew from the tables.
    func encoded(
        _ database: Database, _ choice: SpanFilter = .all, since: ClosedRange<Int64>? = nil,
        progress: (Int) -> Void = { _ in }
    ) throws -> EncodedItems {
        do {
            return try EncodedItems(database, generation, choice, since: since, progress: progress)
        } catch let error as StreamError {
            throw ArchiveError(
                .damaged,
                "\(database.path): a stored record cannot be written (\(error)); the archive is damaged: restore a copy"
            )
        }
    }

    /// The places of so many items in the order of their keys, in the stream's order; nil where that is the same.
    private func order(_ count: Int, _ database: Database) throws -> [Int]? {
        guard let itemOrder else { return nil }
        guard let places = ItemOrder.decode(itemOrder, count: count) else {
            throw ArchiveError(
                .damaged,
                "\(database.path): stream \(streamID) has no readable item_order; the archive is damaged: restore a copy"
            )
        }
        return places
    }

    /// Calls `body` with each record in the stream's order.
    func forEachRecord(_ database: Database, _ body: (RecordBody) throws -> Void) throws {
        let encoded = try encoded(database)
        let order = try order(encoded.items.count, database)
        let reader = RecordReader(stream: encoded.bytes, format: format)
        for index in encoded.items.indices {
            let item = encoded.items[order?[index] ?? index]
            if Int(item.table) == SpanTable.damageIndex { continue }
            if let record = reader.body(in: item.range) { try body(record) }
        }
    }

    /// Writes the stream anew from the tables, in pieces, and compares it with what was imported.
    /// - Parameters:
    ///   - progress: is told now and then how many bytes have been read from the tables.
    ///   - sink: takes the bytes; when this throws, what it has taken is worthless.
    /// - Returns: the stream's items, as they were read.
    /// - Throws: `ArchiveError` with code `damaged` where size or SHA-256 differ.
    @discardableResult
    func encode(
        _ database: Database, progress: (Int) -> Void = { _ in }, to sink: (Octets) throws -> Void
    ) throws -> EncodedItems {
        var digest = Digest()
        func write(_ bytes: Octets) throws {
            digest.update(bytes)
            try sink(bytes)
        }
        let encoded = try encodeUnproved(database, progress: progress, to: write)
        try check(digest, database)
        return encoded
    }

    /// The stream, written anew from the tables and compared with what was imported while `body` already works on it.
    /// - Throws: `ArchiveError` with code `damaged` where the SHA-256 differs, else what `body` throws.
    func withBytes<Outcome>(_ database: Database, _ body: ([UInt8]) throws -> Outcome) throws -> Outcome {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(try database.plausibleCount(size))
        try encodeUnproved(database) { bytes += $0 }
        var digest = Digest()
        return try concurrently(
            {
                digest.update(bytes[...])
                try check(digest, database)
            }, { try body(bytes) }
        ).1
    }

    @discardableResult
    private func encodeUnproved(
        _ database: Database, progress: (Int) -> Void = { _ in }, to write: (Octets) throws -> Void
    ) throws -> EncodedItems {
        let encoded = try encoded(database, progress: progress)
        try write(Octets(header?.bytes ?? []))
        if format.layout.isText {
            try encodeText(encoded, database, write)
        } else {
            try encoded.forEachPiece(order: order(encoded.items.count, database), write)
        }
        try write(trailer)
        return encoded
    }

    /// Hands the lines of which the records were made to `write`, in pieces of up to a megabyte.
    private func encodeText(_ encoded: EncodedItems, _ database: Database, _ write: (Octets) throws -> Void) throws {
        let order = try order(encoded.items.count, database)
        let reader = RecordReader(stream: encoded.bytes, format: format)
        var piece: [UInt8] = []
        for index in encoded.items.indices {
            let item = encoded.items[order?[index] ?? index]
            guard let record = try? reader.record(at: item.range.lowerBound, number: index + 1) else {
                throw ArchiveError(
                    .damaged, "\(database.path): a stored record cannot be read; the archive is damaged: restore a copy"
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

    /// - Throws: `ArchiveError` with code `damaged` where what has been written is not what was imported.
    func check(_ digest: Digest, _ database: Database) throws {
        let hexadecimal = digest.hexadecimal()
        guard hexadecimal == sha256 else {
            throw ArchiveError(
                .damaged,
                "\(database.path): stream \(streamID) comes out with \(digest.count) bytes, SHA-256 \(hexadecimal), "
                    + "and went in with \(size) bytes, SHA-256 \(sha256); the archive is damaged: restore a copy")
        }
    }
}
