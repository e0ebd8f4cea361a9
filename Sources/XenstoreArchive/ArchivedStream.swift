import XenstoreStream

/// A stream as it lies in an archive: what is needed to write it out again.
public struct ArchivedStream: Sendable {
    public let streamID: Int64
    public let chainID: Int64
    public let gen: Int64
    public let sha256: String
    /// Bytes.
    public let size: Int64
    public let header: Header
    public let format: StreamFormat
    public let certainty: String
    public let layoutReason: String
    public let recordCount: Int64
    public let nodeCount: Int64
    public let verbatimBytes: Int64
    public let trailer: Octets

    static func load(_ database: Database, streamID: Int64) throws -> ArchivedStream {
        let row = try database.prepare(
            """
            SELECT s.chain_id, s.gen, s.sha256, s.size, s.version, s.flags, s.layout, c.length_rule, s.certainty,
                   s.layout_reason, s.record_count, s.node_count, s.verbatim_bytes, s.trailer
            FROM stream s JOIN chain c ON c.chain_id = s.chain_id WHERE s.stream_id = ?
            """)
        try row.bind(1, streamID)
        guard try row.step(), let layout = Layout(rawValue: row.string(6)), let rule = LengthRule(rawValue: row.string(7)) else {
            throw ArchiveError(.damaged, "\(database.path): stream \(streamID) has no readable row; the archive is damaged: restore a copy")
        }
        let header = Header(
            version: UInt32(truncatingIfNeeded: row.integer(4)), flags: UInt32(truncatingIfNeeded: row.integer(5)))
        return ArchivedStream(
            streamID: streamID, chainID: row.integer(0), gen: row.integer(1), sha256: row.string(2), size: row.integer(3),
            header: header, format: StreamFormat(layout: layout, byteOrder: header.byteOrder, lengthRule: rule),
            certainty: row.string(8), layoutReason: row.string(9), recordCount: row.integer(10), nodeCount: row.integer(11),
            verbatimBytes: row.integer(12), trailer: row.octets(13))
    }

    /// Calls `body` with each record in the stream's order.
    func forEachRecord(_ database: Database, _ body: (ArchivedRecord) throws -> Void) throws {
        let reader = try SpanReader(database, chainID: chainID, gen: gen, layout: format.layout)
        while let record = try reader.next() { try body(record) }
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
            try forEachRecord(database) { record in
                try writer.write(record.body, residue: record.residue)
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
