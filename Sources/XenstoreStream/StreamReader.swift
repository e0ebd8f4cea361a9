/// Reads a stream record by record.
///
/// Nothing is allocated on a length from the stream before the bytes behind it are known to be there; the octets of a
/// record are slices of the image.
public struct StreamReader {
    public let header: Header
    public let format: StreamFormat
    /// The image from its first byte on.
    public let bytes: [UInt8]
    /// Bytes from the start of the stream to the next record.
    public private(set) var offset = Header.size
    /// How many records have been read.
    public private(set) var recordCount = 0
    private var ended = false

    /// - Throws: `StreamError` where `bytes` do not begin with a header.
    public init(bytes: [UInt8], format: StreamFormat) throws(StreamError) {
        header = try Header(bytes: bytes)
        self.bytes = bytes
        self.format = format
    }

    /// The bytes behind END; empty in a clean stream, and until END has been read.
    public var trailer: Octets {
        ended ? bytes[offset...] : []
    }

    /// The next record; nil behind END.
    /// - Throws: `StreamError` where the stream is cut off or a length in it lies.
    public mutating func next() throws(StreamError) -> Record? {
        if ended { return nil }
        let frame = try Frame(stream: bytes, offset: offset, number: recordCount + 1, byteOrder: format.byteOrder)
        let record = try read(frame)
        offset = frame.end
        recordCount += 1
        ended = frame.type == .end
        return record
    }

    private func read(_ frame: Frame) throws(StreamError) -> Record {
        do throws(StreamError) {
            return try Self.decode(frame, RecordBody(type: frame.type), stream: bytes, format: format)
        } catch {
            // A type that this layout does not define may well have another body there.
            guard frame.type > format.layout.lastRecordType else { throw error }
            let opaque = RecordBody.opaque(OpaqueData(type: frame.type))
            return try Self.decode(frame, opaque, stream: bytes, format: format)
        }
    }

    static func decode(
        _ frame: Frame, _ empty: RecordBody, stream: [UInt8], format: StreamFormat
    ) throws(StreamError) -> Record {
        var body = empty
        var reader = FieldReader(stream: stream, body: frame.body, format: format, record: frame.number, type: frame.type)
        try body.visitFields(&reader)
        let fieldCount = reader.position - frame.body.lowerBound
        let tail = stream[reader.position..<frame.end]
        var residue: Residue?
        if frame.length != format.lengthRule.length(ofFields: fieldCount) {
            residue = Residue(length: frame.length, alignment: reader.alignment, tail: tail)
        } else if !tail.isZero {
            residue = Residue(alignment: reader.alignment, tail: tail)
        } else if !reader.alignment.isEmpty {
            residue = Residue(alignment: reader.alignment)
        }
        return Record(
            number: frame.number, offset: frame.offset, size: frame.end - frame.offset, body: body, residue: residue)
    }
}

extension LengthRule {
    /// The `len` of a clean record whose fields take `count` octets.
    func length(ofFields count: Int) -> UInt32? {
        switch self {
        case .body: UInt32(exactly: count)
        case .padded: paddedLength(count).flatMap { UInt32(exactly: $0) }
        }
    }
}

/// A record's type, length and extent (xenstore-migration.md, "Records").
///
///      0    1    2    3    4    5    6    7   octet
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

    /// - Throws: `StreamError` where the stream has no room for the record at `offset`.
    init(stream: [UInt8], offset: Int, number: Int, byteOrder: ByteOrder) throws(StreamError) {
        let left = stream.count - offset
        guard left > 0 else {
            throw StreamError(
                .truncated, offset: offset, record: number, reason: "the stream ends without END",
                advice: "the file is cut off: capture the image again")
        }
        guard left >= 8 else {
            throw StreamError(
                .truncated, offset: offset, record: number, field: .type,
                reason: "a record begins with 8 bytes, the stream has \(left) left",
                advice: "the file is cut off: capture the image again")
        }
        self.number = number
        self.offset = offset
        type = RecordType(rawValue: Self.number(stream, offset, byteOrder))
        length = Self.number(stream, offset + 4, byteOrder)
        let start = offset + 8
        guard let padded = paddedLength(Int(length)), padded <= stream.count - start else {
            throw StreamError(
                .lengthBeyondEnd, offset: offset + 4, record: number, type: type, field: .len,
                reason: "the record's body has \(length) bytes and its padding, the stream has \(stream.count - start) left",
                advice: "the file is cut off or the length is damaged: capture the image again")
        }
        body = start..<start + Int(length)
        end = start + padded
    }

    private static func number(_ stream: [UInt8], _ offset: Int, _ order: ByteOrder) -> UInt32 {
        var result: UInt32 = 0
        for index in 0..<4 {
            result |= UInt32(stream[offset + index]) &<< UInt32(8 * (order == .big ? 3 - index : index))
        }
        return result
    }
}
