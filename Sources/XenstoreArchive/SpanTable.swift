import XenstoreStream

/// A table that holds one kind of record as spans, derived from the record's own description.
struct SpanTable {
    let name: String
    /// The columns behind the four of every span, `unterminated` and `residue_id` left out, in the table's order.
    let columns: [Column]
    /// Whether a record in it has a path, which lies in a table of its own.
    var hasPath: Bool {
        columns.contains { $0.field == .path || $0.field == .wpath }
    }

    struct Column: Equatable {
        let name: String
        let field: Field
    }

    /// One table for each record type; the last takes END and every unknown type.
    static let all: [SpanTable] =
        RecordType.known.filter { $0 != .end }.map { type in
            SpanTable(name: tableName(type), columns: columns(of: RecordBody.samples.filter { $0.type == type }))
        } + [SpanTable(name: "opaque_span", columns: [Column(name: "type", field: .type), Column(name: "body", field: .body)])]

    /// The index in `all` of the table for a record.
    static func index(of body: RecordBody) -> Int {
        // The body counts, not the type: a later layout's type may hold something else in an earlier one.
        if case .opaque = body { all.count - 1 } else { Int(body.type.rawValue) - 1 }
    }

    /// The names of all tables that hold spans; the last one's are no records but damaged spans.
    static let names = all.map(\.name) + ["damage_span"]

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

    /// The columns of all fields that the samples have in any layout, each once.
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

    /// Inserts one span: chain_id, ord, first_gen, last_gen, the columns, unterminated, residue_id.
    var insertSQL: String {
        let names = ["chain_id", "ord", "first_gen", "last_gen"] + columns.map(\.name) + ["unterminated", "residue_id"]
        let marks = Array(repeating: "?", count: names.count).joined(separator: ", ")
        return "INSERT INTO \(name) (\(names.joined(separator: ", "))) VALUES (\(marks))"
    }

    /// Where the columns begin among `insertSQL`'s parameters.
    static let firstColumnParameter = 5

    /// Selects the records of one generation in their order: ord, unterminated, residue_id, the columns.
    /// Parameters: chain_id, gen.
    var selectSQL: String {
        let names = columns.map { $0.name == "path_id" ? "p.path" : "s." + $0.name }
        return """
            SELECT s.ord, s.unterminated, s.residue_id, \(names.joined(separator: ", ")) FROM \(name) s \
            \(hasPath ? "JOIN path p ON p.path_id = s.path_id " : "")\
            WHERE s.chain_id = ?1 AND s.first_gen <= ?2 AND s.last_gen >= ?2 ORDER BY s.ord
            """
    }

    /// Where the columns begin among `selectSQL`'s.
    static let firstColumn = 3
}

/// The `last_gen` of a span that is still open. Small, as every row has one: a chain takes so many generations.
let openGeneration: Int64 = 32767
