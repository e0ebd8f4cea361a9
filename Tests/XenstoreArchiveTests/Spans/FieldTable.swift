import XenstoreStream

/// Walks over a record's fields and notes the place of each and what its length follows from.
///
/// Instead of each count it returns a different bit, so that a later length shows which counts are
/// part of it.
struct FieldTable: FieldVisitor {
    struct Row: Equatable {
        let field: Field
        /// Bytes from the start of the body; nil after a field whose length varies.
        let offset: Int?
        /// The number of bytes, or what it follows from.
        let octets: String
    }

    let layout: Layout
    private(set) var rows: [Row] = []
    private var offset: Int? = 0
    private var counts: [Field] = []
    /// The bit of the first count; lengths below it are fixed.
    private static let firstBit = 8

    init(_ body: RecordBody, _ layout: Layout) throws {
        self.layout = layout
        var body = body
        try body.visitFields(&self)
    }

    private mutating func add(_ field: Field, fixed: Int, _ note: String = "") {
        rows.append(Row(field: field, offset: offset, octets: "\(fixed)" + note))
        offset = offset.map { $0 + fixed }
    }

    private mutating func add(_ field: Field, _ octets: String) {
        rows.append(Row(field: field, offset: offset, octets: octets))
        offset = nil
    }

    /// The names of the counts that make up `count`.
    private func names(_ count: Int) -> String {
        counts.enumerated().filter { count >> (Self.firstBit + $0.offset) & 1 == 1 }.map(\.element.name).joined(
            separator: " + ")
    }

    private mutating func bit(_ field: Field) -> Int {
        counts.append(field)
        return 1 << (Self.firstBit + counts.count - 1)
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        add(field, fixed: Value.bitWidth / 8, Value.isSigned ? ", signed" : "")
        // The only number that is both a field and a count.
        if field == .domQuotaCount { value = Value(bit(field)) }
    }

    mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws(StreamError) -> Int {
        add(field, fixed: Width.bitWidth / 8)
        return bit(field)
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        add(field, names(count))
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        if count >> Self.firstBit == 0 { add(field, fixed: count) } else { add(field, names(count)) }
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        add(field, "the rest of the body")
    }

    mutating func alignment(_ field: Field) throws(StreamError) {
        add(field, "0 to 7, up to a multiple of 8")
    }

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        add(field, "4 × \(names(count))")
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        let names = names(count)
        add(field, "4 × \(names.contains("+") ? "(\(names))" : names), then the names")
    }
}
