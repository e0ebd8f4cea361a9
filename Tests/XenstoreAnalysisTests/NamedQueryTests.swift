import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The queries as such: their headers, their parameters, that they run.
@Suite struct NamedQueryTests {
    /// A value for each parameter that a query may require.
    private let values = [
        "image_id": "1", "path": "/", "uuid": "44f758cd-0aeb-44f9-a712-489050fe3281", "domid": "1", "before_id": "1",
        "after_id": "1",
    ]

    private func required(_ query: NamedQuery) -> [String: String] {
        var given: [String: String] = [:]
        for parameter in query.parameters where parameter.isRequired { given[parameter.name] = values[parameter.name] }
        return given
    }

    private func names(_ statement: Statement) -> [String] {
        (0..<statement.columnCount).map { statement.columnName($0) }
    }

    @Test func everyFileIsAQueryAndEveryQueryAFile() {
        let folder = Fixtures.root + "/queries"
        let files = Files.list(folder)
        #expect(files.count >= 12)
        #expect(NamedQuery.all.map { $0.name + ".sql" } == files)
        for query in NamedQuery.all {
            #expect(Array(query.sql.utf8) == Files.read("\(folder)/\(query.name).sql"), "\(query.name)")
        }
    }

    @Test func everyQuerySaysWhatItIsFor() {
        for query in NamedQuery.all {
            #expect(!query.title.isEmpty, "\(query.name)")
            #expect(!query.group.isEmpty, "\(query.name)")
            #expect(!query.why.isEmpty, "\(query.name)")
            #expect(!query.parameters.isEmpty, "\(query.name)")
            #expect(query.parameters.allSatisfy { !$0.name.isEmpty && !$0.help.isEmpty }, "\(query.name)")
            #expect(query.parameters.allSatisfy { $0.isRequired || $0.help.hasPrefix("(default ") }, "\(query.name)")
            #expect(!query.columns.isEmpty && query.columns.allSatisfy { !$0.isEmpty }, "\(query.name)")
        }
    }

    @Test func theHeadersNameTheColumnsAndParametersOfTheStatement() throws {
        let archive = try Archive.inMemory()
        for query in NamedQuery.all {
            let statement = try query.prepare(archive, parameters: required(query))
            #expect(names(statement) == query.columns, "\(query.name)")
            #expect(Set(statement.parameterNames) == Set(query.parameters.map { ":" + $0.name }), "\(query.name)")
        }
    }

    @Test(arguments: Fixtures.cleanNames) func everyQueryRunsOnEveryRealImage(_ name: String) throws {
        let archive = try Archive.inMemory()
        _ = try Images.archived(Fixtures.bytes(name), in: archive)
        for query in NamedQuery.all {
            let statement = try query.prepare(archive, parameters: required(query))
            var rows = 0
            while try statement.step() {
                expectTypes(query.header.typedColumns, statement, query.name)
                rows += 1
            }
            if ["largest_owners", "path_history"].contains(query.name) { #expect(rows > 0, "\(query.name)") }
        }
    }

    @Test func aMissingParameterIsWrongUsage() throws {
        let archive = try Archive.inMemory()
        for query in NamedQuery.all {
            for parameter in query.parameters where parameter.isRequired {
                var given = required(query)
                given[parameter.name] = nil
                #expect("\(query.name)") { try query.prepare(archive, parameters: given) } throws: {
                    let error = $0 as? ArchiveError
                    return error?.code == .missingParameter && error?.description.contains(query.name) == true
                }
            }
        }
    }

    @Test func anUnknownParameterIsWrongUsage() throws {
        let archive = try Archive.inMemory()
        for query in NamedQuery.all {
            var given = required(query)
            given["no_such"] = "1"
            #expect("\(query.name)") { try query.prepare(archive, parameters: given) } throws: {
                let error = $0 as? ArchiveError
                return error?.code == .usage && error?.description.contains("no_such") == true
            }
        }
    }
}

/// The headers against the SQL below them.
@Suite struct NamedQueryHeaderTests {
    /// A default that is a number also occurs in the SQL.
    @Test func theDefaultsAreThoseOfTheSQL() throws {
        for query in NamedQuery.all {
            for parameter in query.parameters {
                guard let text = parameter.defaultText else { continue }
                let wanted =
                    Int(text) != nil ? "coalesce(:\(parameter.name), \(text))" : "coalesce(:\(parameter.name), "
                #expect(query.sql.contains(wanted), "\(query.name): \(wanted)")
            }
        }
    }

    /// A query with a severity takes only an image, so that `check` can run it.
    @Test func whatCheckRunsNeedsOnlyAnImage() {
        for query in NamedQuery.all where query.header.severity != .none {
            #expect(query.parameters.filter(\.isRequired).map(\.name) == ["image_id"], "\(query.name)")
        }
    }
}
