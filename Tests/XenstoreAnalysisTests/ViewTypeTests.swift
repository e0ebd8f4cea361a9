import ArchiveSQL
import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The columns that the comments before the views declare, against the rows of the views.
@Suite struct ViewTypeTests {
    /// So many rows of a view are looked at: some views combine every node with every domain.
    private static let rows = 400

    private func expectTypes(_ archive: Archive, _ name: String) throws {
        for (view, columns) in ArchiveSQL.viewColumns {
            let statement = try archive.database.prepareReadOnly("SELECT * FROM \(view) LIMIT \(Self.rows)")
            while try statement.step() {
                XenstoreAnalysisTests.expectTypes(columns, statement, "\(view) of \(name)")
            }
        }
    }

    @Test(arguments: Fixtures.cleanNames) func theRowsOfEveryViewHaveTheDeclaredTypes(_ name: String) throws {
        let archive = try Archive.inMemory()
        _ = try Images.archived(Fixtures.bytes(name), in: archive)
        try expectTypes(archive, name)
    }

    @Test func aPathAndAValueThatAreNotTextAreOctets() throws {
        let answers = try QueryAnswers()
        try answers.store(Host.healthy)
        try answers.store(BuildIndependenceTests.oddBodies())
        try expectTypes(answers.archive, "octets")
        let blobs = try answers.rows(sql: "SELECT count(*) > 20 FROM nodes WHERE typeof(path) = 'blob'")
        #expect(blobs == ["1"])
    }

    @Test func everyViewDeclaresEveryColumn() throws {
        let archive = try Archive.inMemory()
        for (view, columns) in ArchiveSQL.viewColumns {
            let statement = try archive.database.prepareReadOnly("SELECT * FROM \(view) LIMIT 0")
            let names = (0..<statement.columnCount).map { statement.columnName($0) }
            #expect(columns.map(\.name) == names, "\(view)")
        }
    }
}
