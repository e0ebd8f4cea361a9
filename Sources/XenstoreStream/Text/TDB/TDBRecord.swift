/// A record of a TDB file: a header of 24 bytes, the key, the data, unused bytes, and as the last 4
/// bytes the size of the whole.
///
///      0    1    2    3    4    5    6    7   byte
///     +-------------------+-------------------+
///     | next              | size of the rest  |
///     +-------------------+-------------------+
///     | key length        | data length       |
///     +-------------------+-------------------+
///     | hash of the key   | magic             |
///     +-------------------+-------------------+
///     | key, data ...
struct TDBRecord {
    /// Bytes of the header.
    static let headerSize = 24
    /// The longest key that is taken for a path, in bytes: the longest path, and the number of a
    /// transaction before it.
    private static let longestKey = 4096
    /// Bytes of the size at the end.
    static let tailerSize = 4

    /// What the magic says.
    enum Kind {
        /// The record is in a hash chain.
        case used
        /// The record was deleted, or never used, and is in the free list.
        case freed
        /// The record was deleted while its chain was being read.
        case dead

        fileprivate init?(magic: UInt32) {
            switch magic {
            case 0x2601_1999: self = .used
            case 0xD9FE_E666: self = .freed
            case 0xFEE1_DEAD: self = .dead
            default: return nil
            }
        }
    }

    /// Bytes from the start of the file.
    let offset: Int
    /// The offset of the next record of the chain or of the free list; 0: none.
    let next: Int
    /// Bytes after the header.
    let size: Int
    let keyCount: Int
    let dataCount: Int
    let hash: UInt32
    let kind: Kind

    /// The header at `offset`, whatever it counts; nil if there is none.
    init?(headerAt offset: Int, of bytes: [UInt8], _ order: ByteOrder) {
        guard offset >= 0, bytes.count - offset >= Self.headerSize,
            let kind = Kind(magic: order.integer(UInt32.self, at: offset + 20, of: bytes))
        else { return nil }
        func number(_ index: Int) -> Int { Int(order.integer(UInt32.self, at: offset + 4 * index, of: bytes)) }
        self.offset = offset
        self.kind = kind
        (next, size, keyCount, dataCount) = (number(0), number(1), number(2), number(3))
        hash = order.integer(UInt32.self, at: offset + 16, of: bytes)
    }

    /// The whole record at `offset`.
    /// - Throws: `StreamError` if there is none.
    init(at offset: Int, of bytes: [UInt8], _ order: ByteOrder) throws(StreamError) {
        guard bytes.count - offset >= Self.headerSize else {
            throw StreamError(
                .damaged, offset: offset,
                reason: "a record of a TDB file begins with \(Self.headerSize) bytes, the file has "
                    + "\(bytes.count - offset) left")
        }
        guard let record = TDBRecord(headerAt: offset, of: bytes, order) else {
            let magic = order.integer(UInt32.self, at: offset + 20, of: bytes)
            throw StreamError(
                .damaged, offset: offset + 20,
                reason: "0x\(String(magic, radix: 16)) is not the magic of a record of a TDB file")
        }
        self = record
        guard size <= bytes.count - offset - Self.headerSize else {
            throw StreamError(
                .damaged, offset: offset + 4,
                reason: "the record has \(size) bytes after its header, the file has "
                    + "\(bytes.count - offset - Self.headerSize) left")
        }
        guard size >= Self.tailerSize, size % 4 == 0 else {
            throw StreamError(
                .damaged, offset: offset + 4, reason: "no record of a TDB file has \(size) bytes after its header")
        }
        guard Int(order.integer(UInt32.self, at: end - Self.tailerSize, of: bytes)) == Self.headerSize + size else {
            throw StreamError(
                .damaged, offset: end - Self.tailerSize,
                reason: "the last 4 bytes of the record at offset \(offset) are not its size, "
                    + "\(Self.headerSize + size) bytes")
        }
        guard kind == .freed || keyCount + dataCount <= size - Self.tailerSize else {
            throw StreamError(
                .damaged, offset: offset + 8,
                reason: "the record has \(size) bytes after its header, too few for a key of \(keyCount) "
                    + "and data of \(dataCount)")
        }
    }

    /// The offset after the record.
    var end: Int {
        offset + Self.headerSize + size
    }

    /// The offset after the data.
    var dataEnd: Int {
        offset + Self.headerSize + keyCount + dataCount
    }

    /// Key and data; nil if they do not end before `limit`.
    func content(of bytes: [UInt8], before limit: Int) -> (key: Octets, data: Octets)? {
        guard limit <= bytes.count, dataEnd <= limit else { return nil }
        let start = offset + Self.headerSize
        return (bytes[start..<start + keyCount], bytes[start + keyCount..<dataEnd])
    }

    /// Whether the record has the hash of its key, which must end before `limit`. Keys that are too
    /// long for a path are not tried.
    func hasItsHash(_ bytes: [UInt8], before limit: Int) -> Bool {
        guard keyCount > 0, keyCount <= Self.longestKey, let key = content(of: bytes, before: limit)?.key else {
            return false
        }
        return Self.hashes(of: key).contains(hash)
    }

    /// The hash of a key (tdb.c, `tdb_hash`): first with bytes that are signed, as in Xen, then
    /// with bytes that are not.
    static func hashes(of key: Octets) -> [UInt32] {
        let start = 0x238F_13AF &* UInt32(truncatingIfNeeded: key.count)
        var (signed, unsigned) = (start, start)
        for (index, byte) in key.enumerated() {
            let shift = UInt32(index * 5 % 24)
            signed = signed &+ UInt32(bitPattern: Int32(Int8(bitPattern: byte))) << shift
            unsigned = unsigned &+ UInt32(byte) << shift
        }
        func finished(_ value: UInt32) -> UInt32 { 1_103_515_243 &* value &+ 12345 }
        return [finished(signed), finished(unsigned)]
    }
}
