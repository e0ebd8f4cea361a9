/// A record's type, length and extent (xenstore-migration.md, "Records").
///
///      0    1    2    3    4    5    6    7   byte
///     +-------------------+-------------------+
///     | type              | len               |
///     +-------------------+-------------------+
///     | body ... padding up to a multiple of 8
struct Frame {
    let number: Int
    let offset: Int
    let type: RecordType
    let length: UInt32
    /// Offsets in the stream.
    let body: Range<Int>
    /// Offset of the next record.
    let end: Int

    /// - Throws: `StreamError` if the stream ends before the record at `offset` does.
    init(stream: [UInt8], offset: Int, number: Int, byteOrder: ByteOrder) throws(StreamError) {
        let left = stream.count - offset
        guard left > 0 else {
            throw StreamError(
                .truncated, offset: offset, record: number, reason: "the stream ends without END")
        }
        guard left >= 8 else {
            throw StreamError(
                .truncated, offset: offset, record: number, field: .type,
                reason: "a record begins with 8 bytes, the stream has \(left) left")
        }
        self.number = number
        self.offset = offset
        type = RecordType(rawValue: byteOrder.integer(UInt32.self, at: offset, of: stream))
        length = byteOrder.integer(UInt32.self, at: offset + 4, of: stream)
        let start = offset + 8
        guard let padded = Padding.padded(Int(length)), padded <= stream.count - start else {
            throw StreamError(
                .lengthBeyondEnd, offset: offset + 4, record: number, type: type, field: .len,
                reason: "the record's body has \(length) bytes plus padding, "
                    + "the stream has \(stream.count - start) left")
        }
        body = start..<start + Int(length)
        end = start + padded
    }

    /// The record at `offset` with all the rest of the stream as its body: for a record whose `len`
    /// cannot be trusted. Nil if fewer than 8 bytes are left.
    init?(unbounded stream: [UInt8], offset: Int, number: Int, byteOrder: ByteOrder) {
        guard stream.count - offset >= 8 else { return nil }
        self.number = number
        self.offset = offset
        type = RecordType(rawValue: byteOrder.integer(UInt32.self, at: offset, of: stream))
        length = byteOrder.integer(UInt32.self, at: offset + 4, of: stream)
        body = offset + 8..<stream.count
        end = stream.count
    }
}
