/// A TDB file in pieces, each of which becomes one record of the image; together they are the file.
struct TDBFile {
    let bytes: [UInt8]
    let header: TDBHeader
    /// In the order of the file, without gaps.
    private(set) var pieces: [TDBPiece] = []
    /// The form in which the nodes are stored.
    private(set) var form = TDBNode.Form.later
    /// Whether some bytes cannot be read as the records that they should be.
    private(set) var isDamaged = false
    /// How many more bytes of what may be former nodes are read: in a file made for it, each byte
    /// could be part of thousands.
    private var effort = 0

    /// Reads a whole file.
    /// - Throws: `StreamError` if a record is not whole.
    init(_ bytes: [UInt8]) throws(StreamError) {
        try self.init(bytes, TDBHeader(bytes))
        var offset = header.recordsStart
        while offset < bytes.count {
            let record = try TDBRecord(at: offset, of: bytes, header.byteOrder)
            add(record)
            offset = record.end
        }
        finish()
    }

    private init(_ bytes: [UInt8], _ header: TDBHeader) {
        self.bytes = bytes
        self.header = header
        pieces = [
            TDBPiece(range: 0..<TDBHeader.size, kind: .frame),
            TDBPiece(range: TDBHeader.size..<header.recordsStart, kind: .frame),
        ]
    }

    /// A file whose header cannot be trusted, up to its first record.
    private init(headless bytes: [UInt8]) {
        let order = (try? TDBHeader(bytes).byteOrder) ?? Self.likelyByteOrder(bytes)
        self.bytes = bytes
        header = TDBHeader(byteOrder: order, isLater: true, chainCount: 0)
        isDamaged = true
        let start = Self.nextRecord(from: 0, in: bytes, order) ?? bytes.count
        pieces = start == 0 ? [] : [TDBPiece(range: 0..<start, kind: .damage("the header is damaged or missing"))]
    }

    /// Reads a damaged file as far as possible: wherever a record should begin and does not,
    /// reading continues at the next multiple of 4 bytes at which one does.
    init(salvaging bytes: [UInt8]) {
        if let header = Self.trustedHeader(bytes) {
            self.init(bytes, header)
        } else {
            self.init(headless: bytes)
        }
        var offset = pieces.last?.range.upperBound ?? 0
        while offset < bytes.count {
            if let record = try? TDBRecord(at: offset, of: bytes, header.byteOrder) {
                add(record)
            } else {
                addDamaged(at: offset)
            }
            offset = pieces.last?.range.upperBound ?? bytes.count
        }
        finish()
    }

    /// The header; nil if there is none, or if records begin before its hash chains end.
    private static func trustedHeader(_ bytes: [UInt8]) -> TDBHeader? {
        guard let header = try? TDBHeader(bytes) else { return nil }
        let first = nextRecord(from: TDBHeader.size, in: bytes, header.byteOrder)
        return first.map { $0 < header.recordsStart } == true ? nil : header
    }

    /// Whether a piece ends with the size of its record: one that is torn has none, and what was a
    /// record of its own may be in the middle of a freed one.
    func hasRecordEnd(_ index: Int) -> Bool {
        switch pieces[index].kind {
        case .frame, .damage, .torn: return false
        case .record, .remains: break
        }
        if index + 1 < pieces.count, case .remains = pieces[index + 1].kind { return false }
        return true
    }

    /// Decides the form of the nodes, and how the records that are not in use are divided.
    private mutating func finish() {
        var tally = TDBNode.Tally(order: header.byteOrder)
        for piece in pieces where piece.isUsed {
            if let (_, data) = piece.content(of: bytes) { tally.add(data) }
        }
        form = tally.form(preferred: header.isLater ? .later : .first)
        effort = 16 * bytes.count
        let whole = pieces
        pieces = []
        pieces.reserveCapacity(whole.count)
        for piece in whole {
            if case .record(let record) = piece.kind, piece.isFormer {
                divide(record)
            } else {
                pieces.append(piece)
            }
        }
    }

    private mutating func add(_ record: TDBRecord) {
        pieces.append(TDBPiece(range: record.offset..<record.end, kind: .record(record)))
    }

    // MARK: Records that are not in use

    /// Adds a freed record. What it has taken in of others that were freed before it are pieces of
    /// their own.
    private mutating func divide(_ record: TDBRecord) {
        var start = record.offset
        var kind = TDBPiece.Kind.record(record)
        // A value may look like a record, so the data of a former node is not searched.
        var place = hasNode(record, before: record.end) ? Self.aligned(record.dataEnd) : start + TDBRecord.headerSize
        while place + TDBRecord.headerSize <= record.end {
            guard let former = TDBRecord(headerAt: place, of: bytes, header.byteOrder),
                hasNode(former, before: record.end)
            else {
                place += 4
                continue
            }
            pieces.append(TDBPiece(range: start..<place, kind: kind))
            (start, kind) = (place, .remains(former))
            place = Self.aligned(former.dataEnd)
        }
        pieces.append(TDBPiece(range: start..<record.end, kind: kind))
    }

    /// Whether a record that is not in use has a key with its hash, and a node as its data.
    private mutating func hasNode(_ record: TDBRecord, before limit: Int) -> Bool {
        guard effort > 0, record.hasItsHash(bytes, before: limit) else { return false }
        effort -= record.keyCount + record.dataCount
        return formerNode(record, before: limit) != nil
    }

    /// The node in a record that is not in use; nil if the record has none, or one that no daemon
    /// writes.
    func formerNode(_ record: TDBRecord, before limit: Int) -> TDBNode? {
        guard record.hasItsHash(bytes, before: limit), let (key, data) = record.content(of: bytes, before: limit),
            let node = try? TDBNode(key: key, data: data, form, header.byteOrder), node.isPlausible
        else { return nil }
        return node
    }

    private static func aligned(_ offset: Int) -> Int {
        (offset + 3) & ~3
    }

    // MARK: Damage

    /// Adds a record whose end is missing, or the bytes up to the next record.
    private mutating func addDamaged(at offset: Int) {
        isDamaged = true
        let record = Self.tornRecord(at: offset, in: bytes, header.byteOrder)
        if let record, record.end <= bytes.count, record.dataEnd <= record.end,
            record.end == bytes.count || Self.isRecord(at: record.end, in: bytes, header.byteOrder)
        {
            pieces.append(TDBPiece(range: offset..<record.end, kind: .torn(record)))
            return
        }
        let end = Self.nextRecord(from: offset + 4, in: bytes, header.byteOrder) ?? bytes.count
        if let record, record.dataEnd <= end {
            pieces.append(TDBPiece(range: offset..<end, kind: .torn(record)))
            return
        }
        var reason = "no record begins there"
        do throws(StreamError) {
            _ = try TDBRecord(at: offset, of: bytes, header.byteOrder)
        } catch {
            reason = error.reason
        }
        pieces.append(TDBPiece(range: offset..<end, kind: .damage(reason)))
    }

    /// The record in use at `offset` that has the hash of its key, and whose key and data are in
    /// the file; nil if there is none.
    private static func tornRecord(at offset: Int, in bytes: [UInt8], _ order: ByteOrder) -> TDBRecord? {
        guard let record = TDBRecord(headerAt: offset, of: bytes, order), record.kind == .used,
            record.dataEnd <= bytes.count, record.hasItsHash(bytes, before: bytes.count)
        else { return nil }
        return record
    }

    /// Whether a record that can be believed begins at `offset`.
    private static func isRecord(at offset: Int, in bytes: [UInt8], _ order: ByteOrder) -> Bool {
        if let record = try? TDBRecord(at: offset, of: bytes, order) {
            return record.kind == .freed || record.hasItsHash(bytes, before: record.end)
        }
        return tornRecord(at: offset, in: bytes, order) != nil
    }

    /// The offset of the next record that can be believed, at a multiple of 4 bytes from `start`.
    private static func nextRecord(from start: Int, in bytes: [UInt8], _ order: ByteOrder) -> Int? {
        stride(from: start, to: bytes.count - TDBRecord.headerSize + 1, by: 4).first {
            TDBRecord(headerAt: $0, of: bytes, order) != nil && isRecord(at: $0, in: bytes, order)
        }
    }

    /// The byte order in which more records begin.
    private static func likelyByteOrder(_ bytes: [UInt8]) -> ByteOrder {
        func count(_ order: ByteOrder) -> Int {
            stride(from: 0, to: bytes.count - TDBRecord.headerSize + 1, by: 4).count {
                TDBRecord(headerAt: $0, of: bytes, order) != nil
            }
        }
        return count(.big) > count(.little) ? .big : .little
    }
}
