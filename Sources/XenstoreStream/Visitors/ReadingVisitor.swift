/// A visitor that reads with a `FieldReader` and examines some of the fields. Fields without a
/// function of its own are only read.
protocol ReadingVisitor: FieldVisitor where Failure == StreamError {
    var reader: FieldReader { get set }
}

extension ReadingVisitor {
    var layout: Layout {
        reader.layout
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        try reader.integer(field, &value)
    }

    mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws(StreamError) -> Int {
        try reader.count(field, as: width, of: current)
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        try reader.string(field, &value, count: count)
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        try reader.bytes(field, &value, count: count)
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        try reader.rest(field, &value)
    }

    mutating func alignment(_ field: Field) throws(StreamError) {
        try reader.alignment(field)
    }
}
