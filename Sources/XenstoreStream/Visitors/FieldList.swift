/// Lists a record's fields with their widths and values, for documentation, dumps and comparisons.
public struct FieldList: FieldVisitor {
    /// A field as it stands in one record.
    public struct Entry: Equatable, Sendable {
        public let field: Field
        /// Octets from the start of the body.
        public let offset: Int
        /// Octets on the wire.
        public let width: Int
        public let value: Value
    }

    /// A field's value without its wire form.
    public enum Value: Hashable, Sendable {
        case unsigned(UInt64)
        case signed(Int64)
        case count(Int)
        case string(TerminatedString)
        case octets(Octets)
        case permissions([Permission])
        case quotas([Quota])
        case alignment
    }

    public let layout: Layout
    public private(set) var entries: [Entry] = []
    private var offset = 0

    private init(layout: Layout) {
        self.layout = layout
    }

    /// The fields of `body` in the order of the wire.
    public static func entries(of body: RecordBody, layout: Layout) -> [Entry] {
        var body = body
        var list = FieldList(layout: layout)
        do {
            try body.visitFields(&list)
        } catch {
            // This visitor throws nothing.
        }
        return list.entries
    }

    private mutating func add(_ field: Field, width: Int, _ value: Value) {
        entries.append(Entry(field: field, offset: offset, width: width, value: value))
        offset += width
    }

    public mutating func integer<Number: WireInteger>(_ field: Field, _ value: inout Number) throws(StreamError) {
        add(
            field, width: Number.bitWidth / 8,
            Number.isSigned ? .signed(Int64(truncatingIfNeeded: value)) : .unsigned(UInt64(truncatingIfNeeded: value)))
    }

    public mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws(StreamError) -> Int {
        add(field, width: Width.bitWidth / 8, .count(current))
        return current
    }

    public mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        add(field, width: value.wireCount, .string(value))
    }

    public mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        add(field, width: value.count, .octets(value))
    }

    public mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        add(field, width: value.count, .octets(value))
    }

    public mutating func alignment(_ field: Field) throws(StreamError) {
        if offset & 7 != 0 { add(field, width: 8 - offset & 7, .alignment) }
    }

    public mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        add(field, width: 4 * value.count, .permissions(value))
    }

    public mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        add(field, width: value.reduce(0) { $0 + 5 + $1.name.count }, .quotas(value))
    }
}
