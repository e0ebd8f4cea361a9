/// Lists a record's fields with their widths and values, for documentation, dumps and comparisons.
package struct FieldList: FieldVisitor {
    package typealias Failure = Never

    /// A field of one record.
    package struct Entry: Equatable, Sendable {
        package let field: Field
        /// Bytes from the start of the body.
        package let offset: Int
        /// Bytes on the wire.
        package let width: Int
        package let value: FieldValue
    }

    package let layout: Layout
    package private(set) var entries: [Entry] = []
    private var offset = 0

    private init(layout: Layout) {
        self.layout = layout
    }

    /// The fields of `body` in the order of the wire.
    package static func entries(of body: RecordBody, layout: Layout) -> [Entry] {
        var body = body
        var list = FieldList(layout: layout)
        body.visitFields(&list)
        return list.entries
    }

    private mutating func add(_ field: Field, width: Int, _ value: FieldValue) {
        entries.append(Entry(field: field, offset: offset, width: width, value: value))
        offset += width
    }

    package mutating func integer<Number: WireInteger>(_ field: Field, _ value: inout Number) {
        add(
            field, width: Number.bitWidth / 8,
            Number.isSigned ? .signed(Int64(truncatingIfNeeded: value)) : .unsigned(UInt64(truncatingIfNeeded: value)))
    }

    package mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) -> Int {
        add(field, width: Width.bitWidth / 8, .count(current))
        return current
    }

    package mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) {
        add(field, width: value.wireCount, .string(value))
    }

    package mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) {
        add(field, width: value.count, .octets(value))
    }

    package mutating func rest(_ field: Field, _ value: inout Octets) {
        add(field, width: value.count, .octets(value))
    }

    package mutating func alignment(_ field: Field) {
        let count = Padding.count(after: offset)
        if count != 0 { add(field, width: count, .alignment) }
    }

    package mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) {
        add(field, width: 4 * value.count, .permissions(value))
    }

    package mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) {
        add(field, width: value.reduce(0) { $0 + 5 + $1.name.count }, .quotas(value))
    }
}
