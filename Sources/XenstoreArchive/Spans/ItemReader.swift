import XenstoreStream

/// Reads items of one generation of a chain from the tables: records and damaged spans, in the form
/// of the stream.
struct ItemReader {
    private let database: Database
    private let generation: Generation
    private let choice: SpanFilter
    /// What `readNodes` reads from.
    let nodes: Statement
    private var encoder: SpanReader

    /// - Parameter choice: the spans to read.
    init(_ database: Database, _ generation: Generation, _ choice: SpanFilter) throws {
        self.database = database
        self.generation = generation
        self.choice = choice
        nodes = try Self.prepare(database, generation, SpanTable.all[SpanTable.nodeIndex].selectSQL(choice))
        encoder = SpanReader(
            format: generation.format, lists: InternedLists(database, generation.format.byteOrder), row: nodes)
    }

    private static func prepare(_ database: Database, _ generation: Generation, _ sql: String) throws -> Statement {
        let statement = try database.prepare(sql)
        try statement.bind(1, generation.chainID)
        try statement.bind(2, generation.gen)
        return statement
    }

    /// What to do with an item; its range is one of the bytes, which may be emptied.
    typealias Take = (EncodedItems.Item, inout [UInt8]) throws -> Void

    /// Makes room for bytes that will be read.
    mutating func reserve(_ count: Int) {
        encoder.writer.bytes.reserveCapacity(count)
    }

    /// The bytes of the items that were read, one after the other.
    consuming func takeBytes() -> [UInt8] {
        encoder.writer.bytes
    }

    /// Reads the nodes, in any order.
    /// - Parameter bindings: binds the further parameters of the filter.
    mutating func readNodes(bindings: (Statement) throws -> Void = { _ in }, _ take: Take) throws {
        nodes.reset()
        try bindings(nodes)
        try read(nodes, table: SpanTable.nodeIndex, take)
    }

    /// Reads everything else, table by table, each by `ord`.
    mutating func readOthers(_ take: Take) throws {
        for (table, description) in SpanTable.all.enumerated() where table != SpanTable.nodeIndex {
            try read(Self.prepare(database, generation, description.selectSQL(choice)), table: table, take)
        }
        let damages =
            "SELECT s.ord, s.bytes FROM damage_span s WHERE \(choice.condition)\(choice.otherCondition) ORDER BY s.ord"
        try read(Self.prepare(database, generation, damages), table: SpanTable.damageIndex, take)
    }

    private mutating func read(_ statement: Statement, table: Int, _ take: Take) throws {
        while try statement.step() {
            let start = encoder.writer.bytes.count
            if table == SpanTable.damageIndex {
                statement.append(1, to: &encoder.writer.bytes)
            } else {
                try encoder.append(statement, table: table)
            }
            let item = try EncodedItems.Item(
                ord: statement.integer(0), start: start, end: encoder.writer.bytes.count, table: table)
            try take(item, &encoder.writer.bytes)
        }
    }
}

extension EncodedItems.Item {
    fileprivate init(ord: Int64, start: Int, end: Int, table: Int) throws {
        guard let size = UInt32(exactly: end - start) else {
            throw ArchiveError(
                .damaged,
                "a stored record has \(end - start) bytes, more than any record can have; "
                    + "the archive is damaged: restore a backup"
            )
        }
        self.init(ord: ord, start: start, size: size, table: UInt8(truncatingIfNeeded: table))
    }
}
