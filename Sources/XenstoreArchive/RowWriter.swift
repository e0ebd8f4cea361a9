import XenstoreStream

/// Stores records as spans: one insert statement for each table, filled by walking over the record's fields.
final class SpanWriter {
    private let statements: [Statement]
    private let insertDamage: Statement
    private let interner: Interner
    private let chainID: Int64
    private let gen: Int64
    private let layout: Layout

    init(_ database: Database, chainID: Int64, gen: Int64, layout: Layout) throws {
        statements = try SpanTable.all.map { try database.prepare($0.insertSQL) }
        insertDamage = try database.prepare(
            "INSERT INTO damage_span (chain_id, ord, first_gen, last_gen, \"offset\", bytes) VALUES (?, ?, ?, ?, ?, ?)")
        interner = try Interner(database)
        self.chainID = chainID
        self.gen = gen
        self.layout = layout
    }

    /// Inserts a span that begins with this generation and is open.
    func insert(_ body: RecordBody, residue: Residue?, ord: Int64) throws {
        let index = SpanTable.index(of: body)
        let statement = statements[index]
        statement.clearBindings()
        try statement.bind(1, chainID)
        try statement.bind(2, ord)
        try statement.bind(3, gen)
        try statement.bind(4, openGeneration)
        let target = RowBinder.Target(statement: statement, interner: interner)
        var binder = RowBinder(layout: layout, target: target, parameters: Self.parameters[index])
        var body = body
        try body.visitFields(&binder)
        if case .opaque(let data) = body { binder.bind(.type) { try $0.statement.bind($1, Int64(data.type.rawValue)) } }
        if let failure = binder.failure { throw failure }

        let last = SpanTable.firstColumnParameter + SpanTable.all[index].columns.count
        if binder.unterminated != 0 { try statement.bind(last, binder.unterminated) }
        if let residue { try statement.bind(last + 1, try interner.id(ofResidue: residue)) }
        try statement.run()
    }

    /// Inserts a damaged span, like a record.
    func insert(_ damage: Damage, ord: Int64) throws {
        try insertDamage.bind(1, chainID)
        try insertDamage.bind(2, ord)
        try insertDamage.bind(3, gen)
        try insertDamage.bind(4, openGeneration)
        try insertDamage.bind(5, Int64(damage.offset))
        try insertDamage.bindBlob(6, damage.bytes)
        try insertDamage.run()
    }

    /// For each table the parameter of each field, by the field's number; 0 where the table has no such column.
    private static let parameters: [[Int]] = SpanTable.all.map { table in
        var parameters = Array(repeating: 0, count: Field.allCases.count)
        for (index, column) in table.columns.enumerated() {
            parameters[Int(column.field.rawValue)] = SpanTable.firstColumnParameter + index
        }
        return parameters
    }
}

/// Binds a record's fields to the parameters of an insert statement.
private struct RowBinder: FieldVisitor {
    let layout: Layout
    let target: Target
    let parameters: [Int]
    /// The bits of the column `unterminated`.
    var unterminated: Int64 = 0
    /// The first thing that went wrong; what follows it is skipped.
    var failure: (any Error)?

    /// Where the values go.
    struct Target {
        let statement: Statement
        let interner: Interner
    }

    /// Calls `body` with the target and the field's parameter.
    mutating func bind(_ field: Field, _ body: (Target, Int) throws -> Void) {
        guard failure == nil else { return }
        do { try body(target, parameters[Int(field.rawValue)]) } catch { failure = error }
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        let number = Int64(truncatingIfNeeded: value)
        bind(field) { try $0.statement.bind($1, number) }
    }

    mutating func count<Width: WireInteger>(_ field: Field, as width: Width.Type, of current: Int) throws(StreamError) -> Int {
        current
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        let octets = value.octets
        if field == .token {
            bind(field) { try $0.statement.bindTextOrBlob($1, octets) }
        } else {
            bind(field) { try $0.statement.bind($1, try $0.interner.id(ofPath: octets)) }
        }
        if !value.isTerminated { unterminated |= Unterminated.bit(field) }
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        let octets = value
        bind(field) { field == .value ? try $0.statement.bindTextOrBlob($1, octets) : try $0.statement.bindBlob($1, octets) }
    }

    mutating func rest(_ field: Field, _ value: inout Octets) throws(StreamError) {
        let octets = value
        bind(field) { try $0.statement.bindBlob($1, octets) }
    }

    mutating func alignment(_ field: Field) throws(StreamError) {}

    mutating func permissions(_ field: Field, _ value: inout [Permission], count: Int) throws(StreamError) {
        let permissions = value
        bind(field) { try $0.statement.bind($1, try $0.interner.id(ofPermissions: permissions)) }
    }

    mutating func quotas(_ field: Field, _ value: inout [Quota], count: Int) throws(StreamError) {
        let quotas = value
        bind(field) { try $0.statement.bind($1, try $0.interner.id(ofQuotas: quotas)) }
    }
}

/// The bits of the column `unterminated`.
enum Unterminated {
    static func bit(_ field: Field) -> Int64 {
        field == .token ? 2 : 1
    }
}
