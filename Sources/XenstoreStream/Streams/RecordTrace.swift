/// The fields of a record with their places in the file, as far as they can be read.
public struct RecordTrace: Sendable {
    /// The type in the record's frame; nil if there is none.
    public let type: RecordType?
    public let fields: [TracedField]
    /// Why the fields after these cannot be read; nil if all can.
    public let failure: StreamError?

    private init(type: RecordType?, fields: [TracedField], failure: StreamError?) {
        self.type = type
        self.fields = fields
        self.failure = failure
    }

    /// Traces a record that has been read.
    public init(_ record: Record, in stream: [UInt8], format: StreamFormat) {
        let start = record.offset + 8
        let end = record.offset + record.size
        let declared = start + Int(record.length)
        self.init(
            stream, body: start..<(declared <= end && end - declared < 8 ? declared : end), record.body, format,
            record.number)
    }

    /// Traces a damaged span: the fields that a record of its type would have, up to the one that
    /// fails.
    public init(_ damage: Damage, in stream: [UInt8], format: StreamFormat) {
        let end = damage.offset + damage.bytes.count
        guard damage.bytes.count >= 8 else {
            self.init(type: nil, fields: [], failure: nil)
            return
        }
        let type = RecordType(rawValue: format.byteOrder.integer(UInt32.self, at: damage.offset, of: stream))
        guard type.isKnown, type != .end else {
            self.init(type: nil, fields: [], failure: nil)
            return
        }
        let length = Int(format.byteOrder.integer(UInt32.self, at: damage.offset + 4, of: stream))
        let bodyEnd = min(end, damage.offset + 8 + length)
        self.init(stream, body: damage.offset + 8..<bodyEnd, RecordBody(type: type), format, 0)
    }

    private init(_ stream: [UInt8], body range: Range<Int>, _ body: RecordBody, _ format: StreamFormat, _ number: Int) {
        var body = body
        var tracer = FieldTracer(
            reader: FieldReader(
                stream: stream, body: range, format: format, record: number, type: body.type,
                permissionCache: PermissionCache()))
        var failure: StreamError?
        do throws(StreamError) {
            try body.visitFields(&tracer)
        } catch {
            failure = error
        }
        self.init(type: body.type, fields: tracer.fields, failure: failure)
    }
}
