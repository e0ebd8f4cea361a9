import XenstoreStream

/// A record, or a damaged span, as it lies in the archive.
struct ArchivedItem {
    /// The order key: sorts the items of one image.
    let ord: Int64
    let content: Content
    /// The index of its table.
    let table: Int

    enum Content {
        case record(RecordBody, Residue?)
        case damage(Octets)
    }
}

/// Reads the items of one generation of a chain in the order of the stream: a merge of the span tables.
final class SpanReader {
    private let cursors: [any SpanCursor]

    init(_ database: Database, chainID: Int64, gen: Int64, layout: Layout) throws {
        let lists = InternedLists(database)
        cursors =
            try SpanTable.all.indices.map {
                try RecordCursor(database, table: $0, chainID: chainID, gen: gen, layout: layout, lists: lists)
            } + [DamageCursor(database, chainID: chainID, gen: gen)]
    }

    /// The next item; nil behind the last.
    func next() throws -> ArchivedItem? {
        var first: (any SpanCursor)?
        for cursor in cursors {
            guard let ord = cursor.ord else { continue }
            if let least = first?.ord, least <= ord { continue }
            first = cursor
        }
        return try first?.take()
    }

    /// A position in a table of records.
    private final class RecordCursor: SpanCursor {
        /// The order key of the row it stands on; nil behind the last.
        private(set) var ord: Int64?
        private let table: Int
        private let statement: Statement
        private let layout: Layout
        private let lists: InternedLists

        init(_ database: Database, table: Int, chainID: Int64, gen: Int64, layout: Layout, lists: InternedLists) throws {
            self.table = table
            self.layout = layout
            self.lists = lists
            statement = try database.prepare(SpanTable.all[table].selectSQL)
            try statement.bind(1, chainID)
            try statement.bind(2, gen)
            try advance()
        }

        private func advance() throws {
            ord = try statement.step() ? statement.integer(0) : nil
        }

        func take() throws -> ArchivedItem? {
            guard let ord else { return nil }
            let columns = Self.columns[table]
            var body: RecordBody
            if table == SpanTable.all.count - 1 {
                let type = statement.integer(columns[Int(Field.type.rawValue)])
                body = .opaque(OpaqueData(type: RecordType(rawValue: UInt32(truncatingIfNeeded: type))))
            } else {
                body = RecordBody(type: RecordType(rawValue: UInt32(table + 1)))
            }
            var fetcher = RowFetcher(
                layout: layout, statement: statement, columns: columns, lists: lists, unterminated: statement.integer(1))
            try body.visitFields(&fetcher)
            if let failure = fetcher.failure { throw failure }
            let residue = statement.isNull(2) ? nil : try lists.residue(statement.integer(2))
            try advance()
            return ArchivedItem(ord: ord, content: .record(body, residue), table: table)
        }

        /// For each table the column of each field, by the field's number; -1 where the table has none.
        private static let columns: [[Int]] = SpanTable.all.map { table in
            var columns = Array(repeating: -1, count: Field.allCases.count)
            for (index, column) in table.columns.enumerated() {
                columns[Int(column.field.rawValue)] = SpanTable.firstColumn + index
            }
            return columns
        }
    }
}

/// A position in one table of spans.
private protocol SpanCursor: AnyObject {
    /// The order key of the row it stands on; nil behind the last.
    var ord: Int64? { get }
    /// The row it stands on; goes on to the next.
    func take() throws -> ArchivedItem?
}

/// A position in the table of damaged spans.
private final class DamageCursor: SpanCursor {
    private(set) var ord: Int64?
    private let statement: Statement

    init(_ database: Database, chainID: Int64, gen: Int64) throws {
        statement = try database.prepare(
            "SELECT ord, bytes FROM damage_span WHERE chain_id = ?1 AND first_gen <= ?2 AND last_gen >= ?2 ORDER BY ord")
        try statement.bind(1, chainID)
        try statement.bind(2, gen)
        ord = try statement.step() ? statement.integer(0) : nil
    }

    func take() throws -> ArchivedItem? {
        guard let ord else { return nil }
        let item = ArchivedItem(ord: ord, content: .damage(statement.octets(1)), table: SpanTable.damageIndex)
        self.ord = try statement.step() ? statement.integer(0) : nil
        return item
    }
}

/// Fills a record's fields from the columns of a row.
private struct RowFetcher: FieldVisitor {
    let layout: Layout
    let statement: Statement
    let columns: [Int]
    let lists: InternedLists
    let unterminated: Int64
    /// The first thing that went wrong.
    var failure: (any Error)?

    private func column(_ field: Field) -> Int {
        columns[Int(field.rawValue)]
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        value = Value(truncatingIfNeeded: statement.integer(column(field)))
    }

    mutating func presence(of field: Field, _ isPresent: inout Bool) throws(StreamError) {
        isPresent = !statement.isNull(column(field))
    }

    mutating func count<Width: WireInteger>(_ field: Field, as width: Width.Type, of current: Int) throws(StreamError) -> Int {
        0
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        value = TerminatedString(statement.octets(column(field)), isTerminated: unterminated & Unterminated.bit(field) == 0)
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        value = statement.octets(column(field))
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        value = statement.octets(column(field))
    }

    mutating func alignment(_ field: Field) throws(StreamError) {}

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        do { value = try lists.permissions(statement.integer(column(field))) } catch { failure = failure ?? error }
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        do { value = try lists.quotas(statement.integer(column(field))) } catch { failure = failure ?? error }
    }
}

/// The interned lists by their ids, each read once. An id that is not there yields an empty list: the stream's digest
/// tells that the archive is damaged.
private final class InternedLists {
    private let database: Database
    private var permsets: [Int64: [Permission]] = [:]
    private var quotasets: [Int64: [Quota]] = [:]
    private var residues: [Int64: Residue] = [:]

    init(_ database: Database) {
        self.database = database
    }

    func permissions(_ id: Int64) throws -> [Permission] {
        if let known = permsets[id] { return known }
        let raw = try row("SELECT raw FROM permset WHERE permset_id = ?", id) { $0.octets(0) }
        let permissions = PermissionList.permissions(raw: raw ?? [])
        permsets[id] = permissions
        return permissions
    }

    func quotas(_ id: Int64) throws -> [Quota] {
        if let known = quotasets[id] { return known }
        let raw = try row("SELECT raw FROM quotaset WHERE quotaset_id = ?", id) { $0.octets(0) }
        let quotas = QuotaList.quotas(raw: raw ?? [])
        quotasets[id] = quotas
        return quotas
    }

    func residue(_ id: Int64) throws -> Residue? {
        if let known = residues[id] { return known }
        let residue = try row("SELECT len, alignment, tail FROM residue WHERE residue_id = ?", id) { statement in
            Residue(
                length: statement.isNull(0) ? nil : UInt32(truncatingIfNeeded: statement.integer(0)),
                alignment: statement.octets(1), tail: statement.isNull(2) ? nil : statement.octets(2))
        }
        residues[id] = residue
        return residue
    }

    private func row<Result>(_ sql: String, _ id: Int64, _ read: (Statement) -> Result) throws -> Result? {
        let statement = try database.prepare(sql)
        try statement.bind(1, id)
        return try statement.step() ? read(statement) : nil
    }
}
