/// A field with its place in the file.
public struct TracedField: Sendable {
    public let field: Field
    /// Bytes from the start of the file.
    public let offset: Int
    /// Octets on the wire.
    public let width: Int
    public let value: FieldList.Value
}

/// The fields of a record as they lie in the file, as far as they can be read.
public struct RecordTrace: Sendable {
    /// The type in the record's frame; nil where there is none.
    public let type: RecordType?
    public let fields: [TracedField]
    /// Why the fields behind these cannot be read; nil where all can.
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
        self.init(stream, body: start..<(declared <= end && end - declared < 8 ? declared : end), record.body, format, record.number)
    }

    /// Traces what stands where no record can be made out: the fields that its type would have, up to the one that fails.
    public init(_ damage: Damage, in stream: [UInt8], format: StreamFormat) {
        let end = damage.offset + damage.bytes.count
        guard damage.bytes.count >= 8 else {
            self.init(type: nil, fields: [], failure: nil)
            return
        }
        let type = RecordType(rawValue: Frame.number(stream, damage.offset, format.byteOrder))
        guard type.isKnown, type != .end else {
            self.init(type: nil, fields: [], failure: nil)
            return
        }
        let length = Int(Frame.number(stream, damage.offset + 4, format.byteOrder))
        let bodyEnd = min(end, damage.offset + 8 + length)
        self.init(stream, body: damage.offset + 8..<bodyEnd, RecordBody(type: type), format, 0)
    }

    private init(_ stream: [UInt8], body range: Range<Int>, _ body: RecordBody, _ format: StreamFormat, _ number: Int) {
        var body = body
        var tracer = FieldTracer(reader: FieldReader(stream: stream, body: range, format: format, record: number, type: body.type, known: KnownPermissions()))
        var failure: StreamError?
        do throws(StreamError) {
            try body.visitFields(&tracer)
        } catch {
            failure = error
        }
        self.init(type: body.type, fields: tracer.fields, failure: failure)
    }
}

/// Reads like `FieldReader` and remembers where each field was.
struct FieldTracer: FieldVisitor {
    var reader: FieldReader
    private(set) var fields: [TracedField] = []

    init(reader: FieldReader) {
        self.reader = reader
    }

    var layout: Layout {
        reader.layout
    }

    private mutating func add(_ field: Field, from start: Int, _ value: FieldList.Value) {
        fields.append(TracedField(field: field, offset: start, width: reader.position - start, value: value))
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        let start = reader.position
        try reader.integer(field, &value)
        add(field, from: start, Value.isSigned ? .signed(Int64(truncatingIfNeeded: value)) : .unsigned(UInt64(truncatingIfNeeded: value)))
    }

    mutating func count<Width: WireInteger>(_ field: Field, as width: Width.Type, of current: Int) throws(StreamError) -> Int {
        let start = reader.position
        let count = try reader.count(field, as: width, of: current)
        add(field, from: start, .count(count))
        return count
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        let start = reader.position
        try reader.string(field, &value, count: count)
        add(field, from: start, .string(value))
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        let start = reader.position
        try reader.bytes(field, &value, count: count)
        add(field, from: start, .octets(value))
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        let start = reader.position
        try reader.rest(field, &value)
        add(field, from: start, .octets(value))
    }

    mutating func alignment(_ field: Field) throws(StreamError) {
        let start = reader.position
        try reader.alignment(field)
        if reader.position > start { add(field, from: start, .alignment) }
    }

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        let start = reader.position
        try reader.permissions(field, &value, count: count)
        add(field, from: start, .permissions(value))
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        let start = reader.position
        try reader.quotas(field, &value, count: count)
        add(field, from: start, .quotas(value))
    }
}
