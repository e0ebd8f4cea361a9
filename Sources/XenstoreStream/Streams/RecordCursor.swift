/// Walks over a stream item by item: the one way in which whole and damaged streams and texts are
/// read.
///
/// No length from the stream causes an allocation before the bytes that it counts are known to
/// exist. The bytes of a record are slices of the image.
package struct RecordCursor {
    /// What is at one place of a stream.
    ///
    /// The rare cases are indirect: an item is moved several times, and a record is large.
    package enum Item {
        /// A node whose fields are not read one by one: almost every record is one.
        case plainNode(PlainNode)
        indirect case record(Record)
        indirect case damage(Damage)
    }

    /// What the bytes are expected to be.
    package enum Source {
        /// A whole stream, from its header to END.
        case stream
        /// A damaged file: every byte belongs to the header, an item or the trailer.
        case damagedStream
        /// The records of a text, one after the other, with neither header nor END.
        case text
    }

    package let reader: RecordReader
    let source: Source
    /// Nil if a damaged file has none, and for a text; the first item then begins at offset 0.
    package let header: Header?
    /// Bytes from the start of the stream to the next item.
    package internal(set) var offset: Int
    /// How many records have been read, plain nodes included.
    package internal(set) var recordCount = 0
    /// Whether END has been read.
    package internal(set) var ended = false

    /// - Parameter usesFastPath: false to read plain nodes, too, by the walk over their fields;
    ///   tests compare the two.
    /// - Throws: `StreamError` if a whole stream does not begin with a header.
    package init(
        bytes: [UInt8], format: StreamFormat, source: Source = .stream, usesFastPath: Bool = true
    ) throws(StreamError) {
        let header: Header?
        switch source {
        case .stream: header = try Header(bytes: bytes)
        case .damagedStream: header = try? Header(bytes: bytes)
        case .text: header = nil
        }
        let reader = RecordReader(stream: bytes, format: format, usesFastPath: usesFastPath)
        self.init(reader, source, header)
    }

    /// A cursor over a damaged file.
    package init(salvaging bytes: [UInt8], format: StreamFormat) {
        self.init(RecordReader(stream: bytes, format: format), .damagedStream, try? Header(bytes: bytes))
    }

    private init(_ reader: RecordReader, _ source: Source, _ header: Header?) {
        self.reader = reader
        self.source = source
        self.header = header
        offset = header == nil ? 0 : Header.size
    }

    package var bytes: [UInt8] {
        reader.stream
    }

    /// The bytes after END; empty in a clean stream, and until END has been read.
    package var trailer: Octets {
        ended ? bytes[offset...] : []
    }

    /// The next item; nil after the last.
    /// - Throws: `StreamError` if a whole stream is cut off, or a length in it is wrong.
    package mutating func next() throws(StreamError) -> Item? {
        if ended { return nil }
        switch source {
        case .stream: break
        case .damagedStream: return nextSalvaged()
        case .text: guard offset < bytes.count else { return nil }
        }
        if let node = reader.plainNode(at: offset) {
            offset += node.size
            recordCount += 1
            return .plainNode(node)
        }
        let record: Record
        do throws(StreamError) {
            record = try reader.record(at: offset, number: recordCount + 1)
        } catch {
            throw recordCount == 0 ? wrongByteOrder ?? error : error
        }
        offset += record.size
        recordCount += 1
        ended = record.type == .end
        return .record(record)
    }

    /// The record of an item; nil if the item is a damaged span.
    package func record(_ item: Item) -> Record? {
        switch item {
        case .plainNode(let node): reader.record(node, number: recordCount)
        case .record(let record): record
        case .damage: nil
        }
    }

    /// The error to throw if the first record makes sense only in the other byte order.
    private var wrongByteOrder: StreamError? {
        guard source == .stream else { return nil }
        var other = reader.format
        other.byteOrder = other.byteOrder == .little ? .big : .little
        guard RecordReader(stream: bytes, format: other).isPlausible(at: Header.size) else { return nil }
        return StreamError(
            .wrongByteOrder, offset: 12,
            reason: "the header's flags say \(reader.format.byteOrder.rawValue)-endian, "
                + "the first record is \(other.byteOrder.rawValue)-endian")
    }
}
