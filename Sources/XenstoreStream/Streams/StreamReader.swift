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
    private let reader: RecordReader

    /// - Throws: `StreamError` where `bytes` do not begin with a header.
    public init(bytes: [UInt8], format: StreamFormat) throws(StreamError) {
        try self.init(bytes: bytes, format: format, takingAllApart: false)
    }

    /// - Parameter takesAll: whether plain nodes, too, are taken apart by the walk over their fields: what tests compare with.
    package init(bytes: [UInt8], format: StreamFormat, takingAllApart takesAll: Bool) throws(StreamError) {
        header = try Header(bytes: bytes)
        self.bytes = bytes
        self.format = format
        reader = RecordReader(stream: bytes, format: format, takingAllApart: takesAll)
    }

    /// The bytes behind END; empty in a clean stream, and until END has been read.
    public var trailer: Octets {
        ended ? bytes[offset...] : []
    }

    /// The next record; nil behind END.
    /// - Throws: `StreamError` where the stream is cut off or a length in it lies.
    public mutating func next() throws(StreamError) -> Record? {
        if ended { return nil }
        let record: Record
        do throws(StreamError) {
            record = try reader.record(at: offset, number: recordCount + 1)
        } catch {
            throw recordCount == 0 ? wrongByteOrder ?? error : error
        }
        offset += record.size
        recordCount += 1
        ended = record.type == .end
        return record
    }

    /// The next record where that is a plain node, which is then not taken apart; nil where `next` is to be asked.
    /// - Parameter stream: `bytes`, as they lie in memory.
    package func peekPlainNode(in stream: UnsafeRawBufferPointer) -> PlainNode? {
        ended ? nil : reader.certainNode(at: offset, in: stream)
    }

    /// Goes on behind the node that `peekPlainNode` has returned.
    package mutating func pass(_ node: PlainNode) {
        offset += node.size
        recordCount += 1
    }

    /// What to say instead where the first record makes no sense but in the other byte order.
    private var wrongByteOrder: StreamError? {
        var other = format
        other.byteOrder = format.byteOrder == .little ? .big : .little
        guard RecordReader(stream: bytes, format: other).isPlausible(at: Header.size) else { return nil }
        return StreamError(
            .wrongByteOrder, offset: 12,
            reason:
                "the header's flags say \(format.byteOrder.rawValue)-endian, the first record is \(other.byteOrder.rawValue)-endian",
            advice: "the header is damaged: import it with --salvage")
    }
}
