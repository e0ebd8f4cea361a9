/// Reads a damaged stream as far as it can be read: every byte belongs to the header, a record, a
/// damaged span or the trailer.
public struct SalvageReader {
    private var cursor: RecordCursor

    /// A reader of any bytes.
    public init(bytes: [UInt8], format: StreamFormat) {
        cursor = RecordCursor(salvaging: bytes, format: format)
    }

    /// The header; nil if the file does not begin with one. The first item then begins at offset 0.
    public var header: Header? {
        cursor.header
    }

    /// The format in which the records are read.
    public var format: StreamFormat {
        cursor.reader.format
    }

    /// The whole file.
    public var bytes: [UInt8] {
        cursor.bytes
    }

    /// Bytes from the start of the file to the next item.
    public var offset: Int {
        cursor.offset
    }

    /// The number of records read so far.
    public var recordCount: Int {
        cursor.recordCount
    }

    /// The bytes after END; empty until END has been read.
    public var trailer: Octets {
        cursor.trailer
    }

    /// The next record or damaged span; nil after the last.
    public mutating func next() -> StreamItem? {
        switch cursor.ended ? nil : cursor.nextSalvaged() {
        case .record(let record)?: .record(record)
        case .damage(let damage)?: .damage(damage)
        case .plainNode(let node)?: .record(cursor.reader.record(node, number: cursor.recordCount))
        case nil: nil
        }
    }
}
