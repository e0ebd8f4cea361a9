import Testing
import XenstoreStream

@testable import XenstoreArchive

@Suite struct StatementTests {
    private let database: Database

    init() throws {
        database = try Database(path: ":memory:", mode: .write)
    }

    /// The value that a query returns for a bound value.
    private func read(_ bind: (Statement) throws -> Void) throws -> SQLValue {
        let statement = try database.prepare("SELECT ?1")
        try bind(statement)
        try #require(try statement.step())
        return statement.value(0)
    }

    @Test(arguments: [0, 1, -1, Int64.max, Int64.min]) func aNumberComesBack(_ number: Int64) throws {
        #expect(try read { try $0.bind(1, number) } == .integer(number))
    }

    @Test(arguments: ["", "a", "ä€", "a\0b"]) func aStringComesBack(_ text: String) throws {
        #expect(try read { try $0.bind(1, text) } == .text(Octets(text.utf8)))
    }

    @Test func nullComesBack() throws {
        #expect(try read { try $0.bindNull(1) } == .null)
        #expect(try read { _ in } == .null)
    }

    @Test func aRealNumberIsRead() throws {
        let statement = try database.prepare("SELECT 1.5")
        #expect(try statement.step())
        #expect(statement.value(0) == .real(1.5))
    }

    @Test(arguments: [[], [0], [0x61], [0xFF, 0, 0x61]] as [Octets]) func aBlobComesBack(_ bytes: Octets) throws {
        #expect(try read { try $0.bindBlob(1, bytes) } == .blob(bytes))
    }

    @Test(arguments: [
        (Octets(), true), (Octets("abc".utf8), true), (Octets("ä€".utf8), true), (Octets([0x61, 0, 0x62]), false),
        (Octets([0]), false), (Octets([0xC3]), false), (Octets([0xFF, 0x61]), false),
        (Octets([0xED, 0xA0, 0x80]), false),
    ])
    func bytesAreTextOnlyIfTheyAreUTF8WithoutNUL(_ bytes: Octets, _ isText: Bool) throws {
        let expected: SQLValue = isText ? .text(bytes) : .blob(bytes)
        #expect(try read { try $0.bindTextOrBlob(1, bytes) } == expected)
        let statement = try database.prepare("SELECT ?1")
        let copy = Array(bytes)
        try copy.withUnsafeBytes { buffer in
            try statement.bindTextOrBlob(1, standingAt: buffer)
            #expect(try statement.step())
            #expect(statement.value(0) == expected)
        }
    }

    @Test func theBytesOfAColumnAreTheSameInEveryForm() throws {
        let bytes: Octets = [0x61, 0, 0xFF]
        let statement = try database.prepare("SELECT ?1")
        try statement.bindBlob(1, bytes)
        #expect(try statement.step())
        #expect(statement.octets(0) == bytes)
        #expect(statement.count(0) == 3)
        #expect(Array(statement.bytes(0)) == Array(bytes))
        var appended: [UInt8] = [1]
        statement.append(0, to: &appended)
        #expect(appended == [1, 0x61, 0, 0xFF])
    }

    @Test func afterAResetTheStatementRunsAgainWithItsBindings() throws {
        let statement = try database.prepare("SELECT ?1, ?2")
        try statement.bind(1, 7)
        try statement.bind(2, "a")
        #expect(try statement.step())
        #expect(try !statement.step())
        statement.reset()
        try statement.bind(2, "b")
        #expect(try statement.step())
        #expect(statement.integer(0) == 7)
        #expect(statement.string(1) == "b")
        statement.reset()
        statement.clearBindings()
        #expect(try statement.step())
        #expect(statement.isNull(0) && statement.isNull(1))
    }

    @Test func runningInsertsAndMakesReadyForTheNextRow() throws {
        try database.execute("CREATE TABLE t (a INTEGER UNIQUE)")
        let statement = try database.prepare("INSERT INTO t VALUES (?)")
        for number in Int64(1)...3 {
            try statement.bind(1, number)
            try statement.run()
        }
        #expect(throws: ArchiveError.self) { try statement.run() }
        try statement.bind(1, 4)
        try statement.run()
        #expect(try database.integer("SELECT sum(a) FROM t") == 10)
    }

    @Test func parametersAndColumnsHaveNames() throws {
        let statement = try database.prepare("SELECT :one AS a, @two AS b, :one AS c")
        #expect(statement.parameterNames == [":one", "@two"])
        #expect(statement.parameterIndex("@two") == 2)
        #expect(statement.parameterIndex(":three") == nil)
        #expect(statement.columnCount == 3)
        #expect((0..<3).map(statement.columnName) == ["a", "b", "c"])
        #expect(throws: ArchiveError.self) { try statement.bind(3, 1) }
    }

    @Test(arguments: [("SELECT 1", true), ("CREATE TABLE t (a)", false), ("PRAGMA user_version = 1", false)])
    func aStatementKnowsWhetherItOnlyReads(_ sql: String, _ isReadOnly: Bool) throws {
        #expect(try database.prepare(sql).isReadOnly == isReadOnly)
    }

    @Test(arguments: ["", "-- nothing", "SELEC 1", "SELECT * FROM nothing"]) func noStatementIsAnError(_ sql: String) {
        #expect(throws: ArchiveError.self) { try database.prepare(sql) }
    }
}
