import XenstoreStream

/// Stores records as spans: one insert statement for each table, filled by walking over the
/// record's fields.
final class SpanWriter {
    private let statements: [Statement]
    private let nodes: BatchInsert
    private let insertDamage, insertChange: Statement
    private let interner: Interner
    private let paths: PathInterner
    private let target: RowBinder.Target
    private let gen: Int64
    private let layout: Layout
    /// The number of nodes inserted.
    private(set) var nodeCount = 0

    /// - Parameters:
    ///   - image: the image's bytes, which must stay in place as long as the writer is in use.
    ///   - count: the number of nodes to insert.
    init(
        _ database: Database, _ generation: Generation, _ paths: PathInterner, image: UnsafeRawBufferPointer,
        nodes count: Int
    ) throws {
        gen = generation.gen
        layout = generation.format.layout
        interner = try Interner(database, generation.format.byteOrder)
        self.paths = paths
        let rows = SpanTable.all.map { $0.insertRow(chainID: generation.chainID, gen: generation.gen) }
        statements = try zip(SpanTable.all, rows).map { try database.prepare($0.insertSQL + " " + $1) }
        let nodeIndex = SpanTable.nodeIndex
        target = RowBinder.Target(statement: statements[0], interner: interner, paths: paths, image: image)
        nodes = try BatchInsert(database, SpanTable.all[nodeIndex].insertSQL, row: rows[nodeIndex], count: count)
        insertDamage = try database.prepare(
            """
            INSERT INTO damage_span (chain_id, first_gen, last_gen, ord, "offset", bytes)
            VALUES (\(generation.chainID), \(generation.gen), \(Generation.open), ?, ?, ?)
            """)
        insertChange = try database.prepare(
            "INSERT OR IGNORE INTO node_change (chain_id, gen, path_id) "
                + "VALUES (\(generation.chainID), \(generation.gen), ?)"
        )
    }

    /// Inserts an open span that begins with this generation.
    /// - Parameter path: the number of the record's path in the image's path table.
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
        if case .opaque(let data) = body, let parameter = target.parameter(.type) {
            try statement.bind(parameter, Int64(data.type.rawValue))
        }
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

    /// Inserts a plain node, without decoding it as a record.
    func insert(_ node: PlainNode, ord: Int64, path: Int32) throws {
        let (statement, offset, plain) = (nodes.statement, nodes.offset, Self.plainParameters)
        func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
            UnsafeRawBufferPointer(rebasing: target.image[range])
        }
        try statement.bind(offset + 1, ord)
        let pathID = try paths.id(of: bytes(node.path), index: path)
        try statement.bind(offset + plain.path, pathID)
        try statement.bind(offset + plain.perms, try interner.id(ofPermissions: bytes(node.perms)))
        try statement.bindTextOrBlob(offset + plain.value, standingAt: bytes(node.value))
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

    /// For each table, the parameter of each field, by the field's number; -1 if the table has no
    /// such column.
    private static let parameters = SpanTable.all.map {
        SpanTable.places(of: $0.columns, from: SpanTable.firstColumnParameter)
    }

    /// The parameters of a node's row.
    private static let plainParameters = {
        let fields = parameters[SpanTable.nodeIndex]
        func parameter(_ field: Field) -> Int { fields[Int(field.rawValue)] }
        let detail = SpanTable.firstColumnParameter + SpanTable.all[SpanTable.nodeIndex].columns.count
        return (path: parameter(.path), value: parameter(.value), perms: parameter(.perms), detail: detail)
    }()
}
