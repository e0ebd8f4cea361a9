import Testing

@testable import XenstoreArchive

/// A batch takes up to 128 rows; any number of rows must all arrive, in their order.
@Suite struct BatchInsertTests {
    private let database: Database

    init() throws {
        database = try Database(path: ":memory:", mode: .write)
        try database.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    }

    /// Inserts the rows (0, 'row 0'), (1, 'row 1') and so on.
    private func insert(_ count: Int, promising promised: Int) throws {
        let rows = try BatchInsert(database, "INSERT INTO t (a, b) VALUES", row: "(?, ?)", count: promised)
        for number in 0..<count {
            try rows.statement.bind(rows.offset + 1, Int64(number))
            try rows.statement.bind(rows.offset + 2, "row \(number)")
            try rows.next()
        }
    }

    private func count(_ condition: String = "1") throws -> Int64? {
        try database.integer("SELECT count(*) FROM t WHERE \(condition)")
    }

    @Test(arguments: [1, 2, 127, 128, 129, 255, 256, 257, 300]) func everyRowArrives(_ rows: Int) throws {
        try insert(rows, promising: rows)
        #expect(try count() == Int64(rows))
        #expect(try count("b = 'row ' || a") == Int64(rows))
        #expect(try database.integer("SELECT max(a) FROM t") == Int64(rows - 1))
    }

    /// The statement of the last batch runs only when it is full, so the count must be exact.
    @Test(arguments: [(0, 1, 0), (5, 6, 0), (128, 129, 128), (200, 300, 128), (256, 300, 256)])
    func fewerRowsThanPromisedLeaveTheLastBatchUnwritten(_ rows: Int, _ promised: Int, _ written: Int64) throws {
        try insert(rows, promising: promised)
        #expect(try count() == written)
    }

    @Test func anErrorOfARowIsThrown() throws {
        let rows = try BatchInsert(database, "INSERT INTO t (a, b) VALUES", row: "(?, 'x')", count: 2)
        try rows.statement.bind(rows.offset + 1, 7)
        try rows.next()
        try rows.statement.bind(rows.offset + 1, 7)
        #expect(throws: ArchiveError.self) { try rows.next() }
        #expect(try count() == 0)
    }
}
