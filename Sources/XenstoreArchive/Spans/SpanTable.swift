import XenstoreStream

/// A table of spans for one kind of record, derived from the record's own description.
struct SpanTable {
    let name: String
    /// The record's fields that are columns of the table, in the table's order.
    let columns: [Column]
    /// The fields that are stored in `node_detail`, as they are zero in most rows.
    let detailColumns: [Column]

    struct Column: Equatable {
        let name: String
        let field: Field
    }

    /// One table for each record type; the last is for END and every unknown type.
    static let all: [SpanTable] =
        RecordType.known.filter { $0 != .end }.map { type in
            let columns = columns(of: RecordBody.samples.filter { $0.type == type })
            let detail = type == .nodeData ? columns.filter { detailFields.contains($0.field) } : []
            return SpanTable(
                name: tableName(type), columns: columns.filter { !detail.contains($0) }, detailColumns: detail)
        } + [
            SpanTable(
                name: "opaque_span", columns: [Column(name: "type", field: .type), Column(name: "body", field: .body)],
                detailColumns: [])
        ]

    /// The fields of a node that are stored in `node_detail`.
    static let detailFields: [Field] = [.connID, .txID, .access]

    /// The index in `all` of the table for a record.
    static func index(of body: RecordBody) -> Int {
        // The body decides, not the type: a later layout's type may mean something else in an
        // earlier one.
        if case .opaque = body { all.count - 1 } else { Int(body.type.rawValue) - 1 }
    }

    /// The names of all tables with spans; the last one has damaged spans, not records.
    static let names = all.map(\.name) + ["damage_span"]

    /// The index in `all` and `names` of the nodes' table.
    static let nodeIndex = Int(RecordType.nodeData.rawValue) - 1

    /// The index in `names` of the table of damaged spans.
    static let damageIndex = all.count

    private static func tableName(_ type: RecordType) -> String {
        switch type {
        case .globalData: "global_span"
        case .connectionData: "connection_span"
        case .watchData: "watch_span"
        case .transactionData: "transaction_span"
        case .nodeData: "node_span"
        case .globalQuotaData: "global_quota_span"
        case .domainData: "domain_span"
        case .watchDataExtended: "watch_extended_span"
        default: "opaque_span"
        }
    }

    /// The columns for all fields that the samples have in any layout, each once.
    private static func columns(of samples: [RecordBody]) -> [Column] {
        var columns: [Column] = []
        for layout in Layout.allCases {
            for sample in samples {
                for entry in FieldList.entries(of: sample, layout: layout) {
                    guard let name = entry.field.column, !columns.contains(where: { $0.name == name }) else { continue }
                    columns.append(Column(name: name, field: entry.field))
                }
            }
        }
        return columns
    }

    // MARK: SQL

    private var hasPath: Bool {
        columns.contains { $0.field == .path || $0.field == .wpath }
    }

    private var hasDetail: Bool {
        !detailColumns.isEmpty
    }

    /// The columns after those of the record's fields.
    var lastColumns: [String] {
        hasDetail ? ["detail_id"] : ["unterminated", "residue_id"]
    }

    /// The statement that inserts spans, up to the rows; `insertRow` gives their form.
    var insertSQL: String {
        let names = ["chain_id", "first_gen", "last_gen", "ord"] + columns.map(\.name) + lastColumns
        return "INSERT INTO \(name) (\(names.joined(separator: ", "))) VALUES"
    }

    /// The row of an open span that begins with a generation. Its parameters: ord, the columns,
    /// then `lastColumns`.
    func insertRow(chainID: Int64, gen: Int64) -> String {
        let marks = Array(repeating: "?", count: 1 + columns.count + lastColumns.count).joined(separator: ", ")
        return "(\(chainID), \(gen), \(Generation.open), \(marks))"
    }

    /// The parameter of a row's first column.
    static let firstColumnParameter = 2

    /// Selects records: ord, `lastColumns`, the columns, those of the filter.
    ///
    /// A join with `node_detail` would take a seventh of the time of reading nodes, and nearly all
    /// have no detail: `InternedLists` has those that are asked for.
    /// - Parameters:
    ///   - choice: which of the spans `s`. Nodes come in any order, others by `ord`.
    func selectSQL(_ choice: SpanFilter) -> String {
        let names = lastColumns.map { "s." + $0 } + columns.map { $0.name == "path_id" ? "p.path" : "s." + $0.name }
        // CROSS makes SQLite keep this order of the joins.
        return "SELECT s.ord, \((names + choice.columns).joined(separator: ", ")) FROM \(name) s "
            + (hasPath ? "CROSS JOIN path p ON p.path_id = s.path_id " : "")
            + "WHERE \(choice.condition)"
            + (hasDetail ? choice.nodeCondition : choice.otherCondition + " ORDER BY s.ord")
    }

    /// The place of a record's first column among the selected ones.
    var firstColumn: Int {
        1 + lastColumns.count
    }

    /// The place of the filter's first column among the selected ones.
    var firstFilterColumn: Int {
        firstColumn + columns.count
    }

    /// For each field, by its number, its place in a list of columns that begins at `first`; -1 if
    /// it is not in the list.
    static func places(of columns: [Column], from first: Int) -> [Int] {
        var places = Array(repeating: -1, count: Field.allCases.count)
        for (index, column) in columns.enumerated() { places[Int(column.field.rawValue)] = first + index }
        return places
    }
}
