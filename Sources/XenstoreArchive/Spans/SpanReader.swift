import XenstoreStream

/// Writes records in the form of a stream, straight from the rows of the span tables.
///
/// A walk over a record's fields visits each field in the order of the stream; the reader takes the
/// field's value from its column.
struct SpanReader: FieldVisitor {
    typealias Failure = any Error

    /// Its `bytes` hold everything written so far.
    var writer: FieldWriter
    private let format: StreamFormat
    private let lists: InternedLists
    private let plainNode: PlainNodePlan
    private var statement: Statement
    private var table = -1
    private var columns: [Int] = []
    /// What the row has in `node_detail`, or in the columns of the same names.
    private var detail = NodeDetail()

    init(format: StreamFormat, lists: InternedLists, row statement: Statement) {
        self.format = format
        writer = FieldWriter(format: format)
        self.lists = lists
        plainNode = PlainNodePlan(layout: format.layout)
        self.statement = statement
    }

    /// Appends the record of the current row of `statement`, which selects from
    /// `SpanTable.all[table]`.
    /// - Throws: `ArchiveError` or `StreamError` if the row cannot come from a record.
    mutating func append(_ statement: Statement, table: Int) throws {
        if table != self.table {
            self.table = table
            self.statement = statement
            columns = Self.columns[table]
        }
        if table == SpanTable.nodeIndex {
            detail = statement.isNull(1) ? NodeDetail() : try lists.detail(statement.integer(1))
            // If a field cannot hold its value, the walk below says which.
            if detail.isPlain {
                let perms = try permissions()
                let (path, value) = (statement.bytes(column(.path)), statement.bytes(column(.value)))
                if writer.append(plainNode, path: path, value: value, perms: perms) { return }
            }
        } else {
            detail = NodeDetail(
                unterminated: statement.integer(1), residueID: statement.isNull(2) ? nil : statement.integer(2))
        }
        let residue = try detail.residueID.flatMap(lists.residue)
        let type = RecordType(
            rawValue: UInt32(
                truncatingIfNeeded: table == Self.opaqueIndex ? statement.integer(column(.type)) : Int64(table + 1)))
        writer.begin(type, residue)
        var body = RecordBody.opaque(OpaqueData(type: type))
        if table == Self.opaqueIndex {
            try body.visitFields(&self)
        } else {
            body = try RecordBody(type: type, from: &self)
        }
        try writer.end(residue, phantomOctets: body.phantomOctets)
    }

    private static let opaqueIndex = SpanTable.all.count - 1

    /// For each table, the column of each field, by the field's number.
    private static let columns = SpanTable.all.map {
        SpanTable.places(of: $0.columns, from: $0.firstColumn)
    }

    // MARK: Fields

    private func column(_ field: Field) -> Int {
        columns[Int(field.rawValue)]
    }

    var layout: Layout {
        writer.layout
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws {
        let column = column(field)
        value = Value(truncatingIfNeeded: column < 0 ? detail.number(field) : statement.integer(column))
        writer.append(value)
    }

    mutating func presence(of field: Field, _ isPresent: inout Bool) throws {
        isPresent = !statement.isNull(column(field))
    }

    mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws -> Int {
        let count =
            switch field {
            case .permCount: try permissions().count / 4
            case .quotaCount: try quotas().count
            case .globQuotaCount:
                max(0, try quotas().count - Int(UInt32(truncatingIfNeeded: statement.integer(column(.domQuotaCount)))))
            default: field.counted.map { statement.count(column($0)) + (isTerminated($0) ? 1 : 0) } ?? 0
            }
        return try writer.count(field, as: width, of: count)
    }

    /// Whether the field is a string that ends with NUL in this row.
    private func isTerminated(_ field: Field) -> Bool {
        switch field {
        case .path, .wpath, .token: detail.unterminated & Unterminated.bit(field) == 0
        default: false
        }
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws {
        statement.append(column(field), to: &writer.bytes)
        if isTerminated(field) { writer.bytes.append(0) }
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws {
        guard statement.count(column(field)) == count else {
            throw writer.doesNotFit(field, "the field takes \(count) bytes, not \(statement.count(column(field)))")
        }
        statement.append(column(field), to: &writer.bytes)
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws {
        statement.append(column(field), to: &writer.bytes)
    }

    mutating func alignment(_ field: Field) throws {
        try writer.alignment(field)
    }

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws {
        writer.bytes.append(contentsOf: try permissions())
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws {
        var list = try quotas()
        try writer.quotas(field, &list, count: count)
    }

    /// The row's permissions in the form of the stream.
    private func permissions() throws -> [UInt8] {
        try lists.permissions(statement.integer(column(.perms)))
    }

    private func quotas() throws -> [Quota] {
        try lists.quotas(statement.integer(column(.quotas)))
    }
}
