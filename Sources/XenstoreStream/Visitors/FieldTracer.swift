/// Reads like `FieldReader` and records the place of each field.
struct FieldTracer: FieldVisitor {
    typealias Failure = StreamError

    var reader: FieldReader
    private(set) var fields: [TracedField] = []

    init(reader: FieldReader) {
        self.reader = reader
    }

    var layout: Layout {
        reader.layout
    }

    private mutating func add(_ field: Field, from start: Int, _ value: FieldValue) {
        fields.append(TracedField(field: field, offset: start, width: reader.position - start, value: value))
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        let start = reader.position
        try reader.integer(field, &value)
        add(
            field, from: start,
            Value.isSigned ? .signed(Int64(truncatingIfNeeded: value)) : .unsigned(UInt64(truncatingIfNeeded: value)))
    }

    mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws(StreamError) -> Int {
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
