import ArchiveSQL
import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive

/// Datasette's metadata agrees with the archive and the queries.
@Suite struct DatasetteMetadataTests {
    /// The SQL of each query, by its name.
    private func queries() throws -> [String: String] {
        let yaml = DatasetteMetadata.yaml(database: "xsarchive")
        let part = try #require(yaml.split(separator: "    queries:\n").last)
        var result: [String: String] = [:]
        var name = ""
        var isSQL = false
        for line in part.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("      ") && line.dropFirst(6).first != " " {
                name = String(line.dropFirst(6).dropLast())
                isSQL = false
            } else if line == "        sql: |-" {
                isSQL = true
            } else if isSQL && !line.isEmpty {
                #expect(line.hasPrefix("          "), "\(name): \(line)")
                result[name, default: ""] += line.dropFirst(10) + "\n"
            }
        }
        return result
    }

    private func rows(_ statement: Statement) throws -> [[String]] {
        var rows: [[String]] = []
        while try statement.step() { rows.append((0..<statement.columnCount).map { "\(statement.value($0))" }) }
        return rows
    }

    /// All parameters as Datasette binds them: texts, which are empty if they are not filled in.
    @Test func everyQueryAnswersAsOursDoes() throws {
        let archive = try Archive.inMemory()
        for name in ["xen-4.17-small.bin", "xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin"] {
            _ = try Importer(archive).store(
                try ScannedImage(bytes: Fixtures.bytes(name)), label: ImageLabel(name: name))
        }
        let queries = try queries()
        #expect(queries.keys.sorted() == NamedQuery.all.map(\.name))
        var answered = 0
        for query in NamedQuery.all {
            var given = ["domid": "5", "path": "/local/domain/3/memory/target", "uuid": "u"].filter { name, _ in
                query.parameters.contains { $0.name == name }
            }
            let theirs = try archive.database.prepareReadOnly(try #require(queries[query.name]))
            for parameter in query.parameters {
                let index = try #require(theirs.parameterIndex(":" + parameter.name), "\(query.name)")
                try theirs.bind(index, given[parameter.name] ?? "")
            }
            for (name, value) in [("image_id", "3"), ("after_id", "3"), ("before_id", "2")]
            where query.parameters.contains(where: { $0.name == name && $0.isRequired }) { given[name] = value }
            let expected = try rows(query.prepare(archive, parameters: given))
            #expect(try rows(theirs) == expected, "\(query.name)")
            answered += expected.isEmpty ? 0 : 1
        }
        #expect(answered > 15)
    }

    @Test func everyViewIsDescribed() throws {
        let archive = try Archive.inMemory()
        let views = try archive.database.prepare("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
        var names: [String] = []
        while try views.step() { names.append(views.string(0)) }
        #expect(ArchiveSQL.viewComments.map(\.view).sorted() == names)
        for (view, comment) in ArchiveSQL.viewComments {
            #expect(comment.count > 20, "\(view): write what a row of it is into the comment before it")
        }
    }

    @Test func theArchiveIsCalledAsDatasetteCallsIt() {
        #expect(DatasetteMetadata.yaml(database: "a \"b\"\\").contains("\n  \"a \\\"b\\\"\\\\\":\n    tables:\n"))
    }
}
