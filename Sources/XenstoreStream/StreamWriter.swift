/// Writes a stream record by record.
public struct StreamWriter {
    public let format: StreamFormat
    /// How many records have been written.
    public private(set) var recordCount = 0
    private var writer: FieldWriter

    /// Begins a stream with `header`, which is written as it is; a damaged file may have none.
    public init(header: Header?, format: StreamFormat) {
        self.format = format
        writer = FieldWriter(format: format)
        writer.bytes = header?.bytes ?? []
    }

    /// What has been written and not yet taken.
    public var bytes: [UInt8] {
        writer.bytes
    }

    /// How many bytes wait to be taken.
    public var pendingCount: Int {
        writer.bytes.count
    }

    /// Takes what has been written, so that a long stream need not lie in memory as a whole.
    public mutating func take() -> [UInt8] {
        let taken = writer.bytes
        writer.bytes = []
        writer.bytes.reserveCapacity(taken.capacity)
        return taken
    }

    /// Appends one record.
    /// - Throws: `StreamError` where a field cannot hold its value.
    public mutating func write(_ body: RecordBody, residue: Residue? = nil) throws(StreamError) {
        recordCount += 1
        writer.record = recordCount
        writer.type = body.type
        writer.append(body.type.rawValue)
        let lengthIndex = writer.bytes.count
        writer.append(UInt32(0))
        writer.bodyStart = writer.bytes.count
        writer.alignment = residue?.alignment ?? []
        var body = body
        try body.visitFields(&writer)

        let fieldCount = writer.bytes.count - writer.bodyStart
        guard let padded = paddedLength(fieldCount), let length = format.lengthRule.length(ofFields: fieldCount + body.phantomOctets) else {
            throw writer.doesNotFit(.len, "the body has \(fieldCount) bytes")
        }
        writer.overwrite(at: lengthIndex, with: residue?.length ?? length)
        if let tail = residue?.tail {
            writer.bytes.append(contentsOf: tail)
        } else {
            writer.bytes.append(contentsOf: repeatElement(0, count: padded - fieldCount))
        }
    }

    /// Appends a damaged span as it is.
    public mutating func write(damage: Octets) {
        writer.bytes.append(contentsOf: damage)
    }

    /// Appends bytes behind END as they are.
    public mutating func write(trailer: Octets) {
        writer.bytes.append(contentsOf: trailer)
    }
}
