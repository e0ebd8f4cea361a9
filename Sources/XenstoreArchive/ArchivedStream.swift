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

    static func load(_ database: Database, streamID: Int64) throws -> ArchivedStream {
        let row = try database.prepare(
            """
            SELECT s.chain_id, s.gen, s.sha256, s.size, s.version, s.flags, s.layout, c.length_rule, s.certainty,
                   s.layout_reason, s.record_count, s.node_count, s.verbatim_bytes, s.trailer, c.byte_order,
                   s.salvaged
            FROM stream s JOIN chain c ON c.chain_id = s.chain_id WHERE s.stream_id = ?
            """)
        try row.bind(1, streamID)
        guard try row.step(), let layout = Layout(rawValue: row.string(6)), let rule = LengthRule(rawValue: row.string(7)),
            let order = ByteOrder(rawValue: row.string(14))
        else {
            throw ArchiveError(.damaged, "\(database.path): stream \(streamID) has no readable row; the archive is damaged: restore a copy")
        }
        let header =
            row.isNull(4)
            ? nil : Header(version: UInt32(truncatingIfNeeded: row.integer(4)), flags: UInt32(truncatingIfNeeded: row.integer(5)))
        return ArchivedStream(
            streamID: streamID, chainID: row.integer(0), gen: row.integer(1), sha256: row.string(2), size: row.integer(3),
            header: header, format: StreamFormat(layout: layout, byteOrder: order, lengthRule: rule),
            certainty: row.string(8), layoutReason: row.string(9), recordCount: row.integer(10), nodeCount: row.integer(11),
            verbatimBytes: row.integer(12), isSalvaged: row.integer(15) == 1, trailer: row.octets(13))
    }

    /// Calls `body` with each item in the stream's order.
    func forEachItem(_ database: Database, _ body: (ArchivedItem) throws -> Void) throws {
        let reader = try SpanReader(database, chainID: chainID, gen: gen, layout: format.layout)
        while let item = try reader.next() { try body(item) }
    }

    /// Writes the stream anew from the tables, in pieces, and compares it with what was imported.
    /// - Parameter sink: takes the bytes; when this throws, what it has taken is worthless.
    /// - Throws: `ArchiveError` with code `damaged` where size or SHA-256 differ.
    func encode(_ database: Database, to sink: ([UInt8]) throws -> Void) throws {
        var writer = StreamWriter(header: header, format: format)
        var digest = Digest()
        func flush() throws {
            let bytes = writer.take()
            digest.update(bytes)
            try sink(bytes)
        }
        do {
            try forEachItem(database) { item in
                try writer.write(item)
                if writer.pendingCount >= 1 << 20 { try flush() }
            }
        } catch let error as StreamError {
            throw ArchiveError(.damaged, "\(database.path): a stored record cannot be written (\(error)); the archive is damaged: restore a copy")
        }
        writer.write(trailer: trailer)
        try flush()
        guard digest.hexadecimal() == sha256 else {
            throw ArchiveError(
                .damaged,
                "\(database.path): stream \(streamID) comes out with \(digest.count) bytes, SHA-256 \(digest.hexadecimal()), "
                    + "and went in with \(size) bytes, SHA-256 \(sha256); the archive is damaged: restore a copy")
        }
    }
}

extension StreamWriter {
    mutating func write(_ item: ArchivedItem) throws(StreamError) {
        switch item.content {
        case .record(let body, let residue): try write(body, residue: residue)
        case .damage(let bytes): write(damage: bytes)
        }
    }
}
