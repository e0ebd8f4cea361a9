import XenstoreStream

/// Stores records as spans: one insert statement for each table, filled by walking over the record's fields.
final class SpanWriter {
    private let statements: [Statement]
    private let nodes: RowInserter
    private let insertDamage, insertChange: Statement
    private let interner: Interner
    private let paths: PathInterner
    private let target: RowBinder.Target
    private let gen: Int64
    private let layout: Layout
    /// How many nodes have been inserted.
    private(set) var nodeCount = 0

    /// - Parameters:
    ///   - image: the image's bytes, for as long as the writer is in use.
    ///   - count: how many nodes will be inserted.
    init(
        _ database: Database, _ records: ChainStore.Records, _ paths: PathInterner, image: UnsafeRawBufferPointer, layout: Layout,
        nodes count: Int
    ) throws {
        gen = records.gen
        self.layout = layout
        interner = try Interner(database)
        self.paths = paths
        let rows = SpanTable.all.map { $0.insertRow(chainID: records.chainID, gen: records.gen) }
        statements = try zip(SpanTable.all, rows).map { try database.prepare($0.insertSQL + " " + $1) }
        let nodeIndex = SpanTable.nodeIndex
        target = RowBinder.Target(statement: statements[0], interner: interner, paths: paths, image: image)
        nodes = try RowInserter(database, SpanTable.all[nodeIndex].insertSQL, row: rows[nodeIndex], count: count)
        insertDamage = try database.prepare(
            """
            INSERT INTO damage_span (chain_id, first_gen, last_gen, ord, "offset", bytes)
            VALUES (\(records.chainID), \(records.gen), \(openGeneration), ?, ?, ?)
            """)
        insertChange = try database.prepare(
            "INSERT OR IGNORE INTO node_change (chain_id, gen, path_id) VALUES (\(records.chainID), \(records.gen), ?)")
    }

    /// Inserts a span that begins with this generation and is open.
    /// - Parameter path: the index of the record's path among the image's.
    func insert(_ item: StreamItem, ord: Int64, path: Int32) throws {
        switch item {
        case .record(let record): try insert(record, ord: ord, path: path)
        case .damage(let damage): try insert(damage, ord: ord)
        }
    }

    func insert(_ record: Record, ord: Int64, path: Int32) throws {
        let residueID = try record.residue.map(interner.id(ofResidue:))
        if case .node(let node) = record.body { return try insert(node, residueID, ord: ord, path: path) }
        let index = SpanTable.index(of: record.body)
        let statement = statements[index]
        statement.clearBindings()
        try statement.bind(1, ord)
        target.turn(to: statement, path, offset: 0, Self.parameters[index])
        var binder = RowBinder(layout: layout, target: target)
        var body = record.body
        try body.visitFields(&binder)
        if case .opaque(let data) = body { binder.bind(.type) { try $0.statement.bind($1, Int64(data.type.rawValue)) } }
        if let failure = binder.failure { throw failure }
        let last = SpanTable.firstColumnParameter + SpanTable.all[index].columns.count
        if binder.detail.unterminated != 0 { try statement.bind(last, binder.detail.unterminated) }
        if let residueID { try statement.bind(last + 1, residueID) }
        try statement.run()
    }

    private func insert(_ node: NodeData, _ residueID: Int64?, ord: Int64, path: Int32) throws {
        var node = node
        let (statement, offset) = (nodes.statement, nodes.offset)
        try statement.bind(offset + 1, ord)
        target.turn(to: statement, path, offset: offset, Self.parameters[SpanTable.nodeIndex])
        var binder = RowBinder(layout: layout, target: target)
        try node.visitFields(&binder)
        if let failure = binder.failure { throw failure }
        var detail = binder.detail
        detail.residueID = residueID
        let last = offset + Self.plainParameters.detail
        if detail.isPlain {
            try statement.bindNull(last)
        } else {
            try statement.bind(last, try interner.id(ofDetail: detail))
        }
        try finishNode(binder.pathID)
    }

    /// Inserts a plain node: what `insert(_:_:ord:path:)` does, without taking it for a record of any kind.
    func insert(_ node: PlainNode, ord: Int64, path: Int32) throws {
        let (statement, offset, plain) = (nodes.statement, nodes.offset, Self.plainParameters)
        try statement.bind(offset + 1, ord)
        let pathID = try paths.id(of: node.path, index: path)
        try statement.bind(offset + plain.path, pathID)
        try statement.bind(offset + plain.perms, try interner.id(ofPermissionsOf: node))
        try statement.bindTextOrBlob(offset + plain.value, standingAt: node.value)
        try statement.bindNull(offset + plain.detail)
        try finishNode(pathID)
    }

    private func finishNode(_ pathID: Int64) throws {
        if gen > 1 {
            try insertChange.bind(1, pathID)
            try insertChange.run()
        }
        try nodes.next()
        nodeCount += 1
    }

    private func insert(_ damage: Damage, ord: Int64) throws {
        try insertDamage.bind(1, ord)
        try insertDamage.bind(2, Int64(damage.offset))
        try insertDamage.bindBlob(3, damage.bytes)
        try insertDamage.run()
    }

    /// For each table the parameter of each field, by the field's number; -1 where the table has no such column.
    private static let parameters = SpanTable.all.map { SpanTable.places(of: $0.columns, from: SpanTable.firstColumnParameter) }

    /// The parameters of a node's row.
    private static let plainParameters = {
        let fields = parameters[SpanTable.nodeIndex]
        func parameter(_ field: Field) -> Int { fields[Int(field.rawValue)] }
        let detail = SpanTable.firstColumnParameter + SpanTable.all[SpanTable.nodeIndex].columns.count
        return (path: parameter(.path), value: parameter(.value), perms: parameter(.perms), detail: detail)
    }()
}

/// Binds a record's fields to the parameters of an insert statement.
private struct RowBinder: FieldVisitor {
    let layout: Layout
    let target: Target
    /// What goes to a row of its own where a node has it; `unterminated` counts for every record.
    var detail = NodeDetail()
    /// The id of the record's path.
    var pathID: Int64 = 0
    /// The first thing that went wrong; what follows it is skipped.
    var failure: (any Error)?

    /// Where the values go: one for all records, as making one anew for each takes a fortieth of an import's time.
    final class Target {
        let interner: Interner
        let paths: PathInterner
        /// The image, of which every record's octets are a part.
        let image: UnsafeRawBufferPointer
        private(set) var statement: Statement
        /// The index of the record's path among the image's.
        private(set) var path: Int32 = -1
        /// What to add to a field's parameter, and the parameter of each field, by the field's number.
        private var offset = 0
        private var parameters: [Int] = []

        init(statement: Statement, interner: Interner, paths: PathInterner, image: UnsafeRawBufferPointer) {
            self.statement = statement
            self.interner = interner
            self.paths = paths
            self.image = image
        }

        func turn(to statement: Statement, _ path: Int32, offset: Int, _ parameters: [Int]) {
            self.statement = statement
            self.path = path
            self.offset = offset
            self.parameters = parameters
        }

        /// The field's parameter; nil where the table has no column for it.
        func parameter(_ field: Field) -> Int? {
            let parameter = parameters[Int(field.rawValue)]
            return parameter < 0 ? nil : offset + parameter
        }

        /// Where octets of the image lie.
        func place(of octets: Octets) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: image[octets.startIndex..<octets.endIndex])
        }
    }

    /// Calls `body` with the target and the field's parameter.
    mutating func bind(_ field: Field, _ body: (Target, Int) throws -> Void) {
        guard failure == nil else { return }
        do {
            if let parameter = target.parameter(field) { try body(target, parameter) }
        } catch {
            failure = error
        }
    }

    mutating func integer<Value: WireInteger>(_ field: Field, _ value: inout Value) throws(StreamError) {
        let number = Int64(truncatingIfNeeded: value)
        if target.parameter(field) != nil {
            bind(field) { try $0.statement.bind($1, number) }
        } else {
            detail.set(field, number)
        }
    }

    mutating func count<Width: WireInteger>(_ field: Field, as width: Width.Type, of current: Int) throws(StreamError) -> Int {
        current
    }

    mutating func string(_ field: Field, _ value: inout TerminatedString, count: Int) throws(StreamError) {
        let octets = value.octets
        if field == .token {
            bind(field) { try $0.statement.bindTextOrBlob($1, octets) }
        } else {
            var id = pathID
            bind(field) {
                id = try $0.paths.id(of: $0.place(of: octets), index: $0.path)
                try $0.statement.bind($1, id)
            }
            pathID = id
        }
        if !value.isTerminated { detail.unterminated |= Unterminated.bit(field) }
    }

    mutating func bytes(_ field: Field, _ value: inout Octets, count: Int) throws(StreamError) {
        let octets = value
        bind(field) {
            if field == .value {
                try $0.statement.bindTextOrBlob($1, standingAt: $0.place(of: octets))
            } else {
                try $0.statement.bindBlob($1, octets)
            }
        }
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

extension NodeDetail {
    /// Sets what lies in `node_detail` and not in the node's own row.
    fileprivate mutating func set(_ field: Field, _ number: Int64) {
        switch field {
        case .connID: connID = number
        case .txID: txID = number
        case .access: access = number
        default: break
        }
    }
}
