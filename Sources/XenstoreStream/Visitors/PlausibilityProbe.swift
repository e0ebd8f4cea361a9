/// Reads a record's fields where nobody knows that a record stands, and gives up early where it makes no sense.
///
/// Its bounds keep the search of a large damaged file short, whatever stands in it; a healthy record keeps within them.
struct PlausibilityProbe: FieldVisitor {
    private(set) var reader: FieldReader

    /// More entries of a list than this are taken for chance.
    private static let longestList = 256

    var layout: Layout {
        reader.layout
    }

    init(_ reader: FieldReader) {
        self.reader = reader
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        try reader.integer(field, &value)
    }

    mutating func count<Width: WireInteger>(_ field: Field, as width: Width.Type, of current: Int) throws(StreamError) -> Int {
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

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        guard count <= Self.longestList else { throw tooMany(field) }
        try reader.permissions(field, &value, count: count)
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        guard count <= Self.longestList else { throw tooMany(field) }
        try reader.quotas(field, &value, count: count, longestName: 256)
    }

    private func tooMany(_ field: Field) -> StreamError {
        StreamError(.fieldBeyondBody, offset: reader.position, field: field, reason: "too many entries", advice: "")
    }
}
