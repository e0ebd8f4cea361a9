/// Reads a whole stream record by record.
public struct StreamReader {
    private var cursor: RecordCursor
    /// The stream's header.
    public let header: Header

    /// - Throws: `StreamError` if `bytes` do not begin with a header.
    public init(bytes: [UInt8], format: StreamFormat) throws(StreamError) {
        try self.init(bytes: bytes, format: format, usesFastPath: true)
    }

    /// - Parameter usesFastPath: see `RecordCursor`.
    package init(bytes: [UInt8], format: StreamFormat, usesFastPath: Bool) throws(StreamError) {
        header = try Header(bytes: bytes)
        cursor = try RecordCursor(bytes: bytes, format: format, usesFastPath: usesFastPath)
    }

    /// The format in which the records are read.
    public var format: StreamFormat {
        cursor.reader.format
    }

    /// The whole image.
    public var bytes: [UInt8] {
        cursor.bytes
    }

    /// Bytes from the start of the stream to the next record.
    public var offset: Int {
        cursor.offset
    }

    /// The number of records read so far.
    public var recordCount: Int {
        cursor.recordCount
    }

    /// The bytes after END; empty in a clean stream, and until END has been read.
    public var trailer: Octets {
        cursor.trailer
    }

    /// The next record; nil after END.
    /// - Throws: `StreamError` if the stream is cut off or a length in it is wrong.
    public mutating func next() throws(StreamError) -> Record? {
        guard let item = try cursor.next() else { return nil }
        return cursor.record(item)
    }
}
