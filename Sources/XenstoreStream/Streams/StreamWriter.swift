/// Writes a stream record by record.
public struct StreamWriter {
    /// The format in which the records are written.
    public let format: StreamFormat
    private var writer: FieldWriter
    private let plainNode: PlainNodePlan

    /// Begins a stream with `header`, which is written as it is; a damaged file may have none.
    public init(header: Header?, format: StreamFormat) {
        self.format = format
        writer = FieldWriter(format: format)
        plainNode = PlainNodePlan(layout: format.layout)
        writer.bytes = header?.bytes ?? []
    }

    /// The number of records written so far.
    public var recordCount: Int {
        writer.record
    }

    /// The bytes written and not yet taken.
    public var bytes: [UInt8] {
        writer.bytes
    }

    /// The number of bytes written and not yet taken.
    public var pendingCount: Int {
        writer.bytes.count
    }

    /// Makes room for `count` more bytes.
    package mutating func reserve(_ count: Int) {
        writer.bytes.reserveCapacity(writer.bytes.count + count)
    }

    /// Takes what has been written, so that a long stream need not be in memory as a whole.
    public mutating func take() -> [UInt8] {
        let taken = writer.bytes
        writer.bytes = []
        writer.bytes.reserveCapacity(taken.capacity)
        return taken
    }

    /// Appends one record.
    /// - Throws: `StreamError` if a field cannot hold its value.
    public mutating func write(_ body: RecordBody, residue: Residue? = nil) throws(StreamError) {
        if residue == nil, case .node(let node) = body, writer.append(plainNode, node) { return }
        var body = body
        writer.begin(body.type, residue)
        try body.visitFields(&writer)
        try writer.end(residue, phantomOctets: body.phantomOctets)
    }

    /// Appends a record of another stream of the same format, byte for byte.
    /// - Returns: false, with nothing appended, if there is no whole record at `offset`.
    package mutating func copyRecord(at offset: Int, of stream: [UInt8]) -> Bool {
        guard
            let frame = try? Frame(stream: stream, offset: offset, number: recordCount + 1, byteOrder: format.byteOrder)
        else { return false }
        writer.record += 1
        stream.withUnsafeBytes {
            writer.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[offset..<frame.end]))
        }
        return true
    }

    /// Appends a damaged span as it is.
    public mutating func write(damage: Octets) {
        writer.bytes.append(contentsOf: damage)
    }

    /// Appends bytes after END as they are.
    public mutating func write(trailer: Octets) {
        writer.bytes.append(contentsOf: trailer)
    }
}
