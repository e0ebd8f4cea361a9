import XenstoreStream

/// Writes records as a stream has them straight from the rows of the span tables.
///
/// A walk over a record's fields asks it for each field in the order of the wire; it takes the field's value from its column.
struct SpanReader: FieldVisitor {
    /// What has been written so far lies in its `bytes`.
    var writer: FieldWriter
    private let format: StreamFormat
    private let lists: InternedLists
    private let plainNode: PlainNodePlan
    private var statement: Statement
    private var table = -1
    private var columns: [Int] = []
    /// Lists of permissions as the stream has them, by their ids.
    private var permsets: [Int64: [UInt8]] = [:]
    private var lastPermset: (id: Int64, octets: [UInt8]) = (-1, [])
    /// The bits of the row's column of this name.
    private var unterminated: Int64 = 0
    /// The first thing that went wrong.
    private var failure: (any Error)?

    init(format: StreamFormat, lists: InternedLists, row statement: Statement) {
        self.format = format
        writer = FieldWriter(format: format)
        self.lists = lists
        plainNode = PlainNodePlan(layout: format.layout)
        self.statement = statement
    }

    /// Appends the record of the row on which `statement` stands; it selects what `SpanTable.all[table]` says.
    /// - Throws: `ArchiveError` or `StreamError` where the row cannot have come from a record.
    mutating func append(_ statement: Statement, table: Int) throws {
        if table != self.table {
            self.table = table
            self.statement = statement
            columns = Self.columns[table]
        }
        // A node without a detail; where a field cannot hold its value, the walk below says which.
        if table == SpanTable.nodeIndex && statement.isNull(column(.connID)) {
            let perms = permissions()
            if let failure { throw failure }
            let (path, value) = (statement.bytes(column(.path)), statement.bytes(column(.value)))
            if writer.append(plainNode, path: path, value: value, perms: perms) { return }
        }
        unterminated = statement.integer(1)
        let residue = statement.isNull(2) ? nil : try lists.residue(statement.integer(2))
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
        if let failure { throw failure }
        try writer.end(residue, phantomOctets: body.phantomOctets)
    }

    private static let opaqueIndex = SpanTable.all.count - 1

    /// For each table the column of each field, by the field's number.
    private static let columns = SpanTable.all.map {
        SpanTable.places(of: $0.columns + $0.detailColumns, from: SpanTable.firstColumn)
    }

    // MARK: Fields

    private func column(_ field: Field) -> Int {
        columns[Int(field.rawValue)]
    }

    var layout: Layout {
        writer.layout
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        value = Value(truncatingIfNeeded: statement.integer(column(field)))
        writer.append(value)
    }

    mutating func presence(of field: Field, _ isPresent: inout Bool) throws(StreamError) {
        isPresent = !statement.isNull(column(field))
    }

    mutating func count<Width: WireInteger>(
        _ field: Field, as width: Width.Type, of current: Int
    ) throws(StreamError) -> Int {
        let count =
            switch field {
            case .permCount: permissions().count / 4
            case .quotaCount: quotas().count
            case .globQuotaCount:
                max(0, quotas().count - Int(UInt32(truncatingIfNeeded: statement.integer(column(.domQuotaCount)))))
            default: field.counted.map { statement.count(column($0)) + (isTerminated($0) ? 1 : 0) } ?? 0
            }
        return try writer.count(field, as: width, of: count)
    }

    /// Whether the field is a string that ends in NUL in this row.
    private func isTerminated(_ field: Field) -> Bool {
        switch field {
        case .path, .wpath, .token: unterminated & Unterminated.bit(field) == 0
        default: false
        }
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        statement.append(column(field), to: &writer.bytes)
        if isTerminated(field) { writer.bytes.append(0) }
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        guard statement.count(column(field)) == count else {
            throw writer.doesNotFit(field, "the field takes \(count) bytes, not \(statement.count(column(field)))")
        }
        statement.append(column(field), to: &writer.bytes)
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        statement.append(column(field), to: &writer.bytes)
    }

    mutating func alignment(_ field: Field) throws(StreamError) {
        try writer.alignment(field)
    }

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        writer.bytes.append(contentsOf: permissions())
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        var list = quotas()
        try writer.quotas(field, &list, count: count)
    }

    /// The octets of the row's permissions; neighbours often have the same.
    private mutating func permissions() -> [UInt8] {
        let id = statement.integer(column(.perms))
        if id == lastPermset.id { return lastPermset.octets }
        do {
            let octets = try permsets[id] ?? encodedPermissions(id)
            lastPermset = (id, octets)
            permsets[id] = octets
            return octets
        } catch {
            failure = failure ?? error
            return []
        }
    }

    private func encodedPermissions(_ id: Int64) throws -> [UInt8] {
        var list = try lists.permissions(id)
        var writer = FieldWriter(format: format)
        try writer.permissions(.perms, &list, count: list.count)
        return writer.bytes
    }

    private mutating func quotas() -> [Quota] {
        do { return try lists.quotas(statement.integer(column(.quotas))) } catch {
            failure = failure ?? error
            return []
        }
    }
}
