import CSQLite
import Testing
import XenstoreAnalysis
import XenstoreStream

@testable import XenstoreArchive

/// An answer must not depend on how SQLite was built. Debian's does not match a BLOB with GLOB and
/// LIKE, others do.
@Suite struct BuildIndependenceTests {
    /// Paths, values and tokens that are not text, next to those that are.
    static func oddBodies() -> [RecordBody] {
        var bodies = Host.healthy
        for (place, body) in Host.healthy.enumerated() {
            switch body {
            case .node(var data) where data.path.octets.count > 1:
                let path = data.path.octets
                let value = data.value
                // At the end, and within the path.
                for cut in [path.count, 1 + place % (path.count - 1)] {
                    data.path = TerminatedString(path.prefix(cut) + [0xFF] + path.dropFirst(cut))
                    bodies.append(.node(data))
                }
                data.path = TerminatedString(path + Octets("/b".utf8))
                data.value = value + [0xFF]
                bodies.append(.node(data))
            default: break
            }
        }
        let tokens: [Octets] = [[0xFF, 0xFE], [0x66, 0x66, 0xFF], [0x61]]
        let paths: [Octets] = [Octets("/local/domain/1/a".utf8) + [0xFF], [0x61, 0xFF], [0xFF]]
        for token in tokens {
            for path in paths {
                bodies.append(
                    .watch(WatchData(connID: 1, wpath: TerminatedString(path), token: TerminatedString(token))))
            }
        }
        return bodies
    }

    private func matchBlobs(_ database: Database) {
        func define(
            _ name: String,
            _ function: @escaping @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void
        ) {
            sqlite3_create_function(
                database.handle, name, 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nil, function, nil, nil
            )
        }
        define("glob") { context, _, values in
            guard let values, let pattern = sqlite3_value_text(values[0]), let text = sqlite3_value_text(values[1])
            else { return sqlite3_result_null(context) }
            let (left, right) = (UnsafeRawPointer(pattern), UnsafeRawPointer(text))
            sqlite3_result_int(
                context,
                sqlite3_strglob(
                    left.assumingMemoryBound(to: CChar.self), right.assumingMemoryBound(to: CChar.self)) == 0 ? 1 : 0)
        }
        define("like") { context, _, values in
            guard let values, let pattern = sqlite3_value_text(values[0]), let text = sqlite3_value_text(values[1])
            else { return sqlite3_result_null(context) }
            let (left, right) = (UnsafeRawPointer(pattern), UnsafeRawPointer(text))
            sqlite3_result_int(
                context,
                sqlite3_strlike(
                    left.assumingMemoryBound(to: CChar.self), right.assumingMemoryBound(to: CChar.self), 0) == 0 ? 1 : 0
            )
        }
    }

    private func answers(_ query: NamedQuery, _ answers: QueryAnswers, _ ids: [String]) throws -> [String] {
        let known = [
            "image_id": ids[1], "before_id": ids[0], "after_id": ids[1], "path": "/local/domain/1/name", "domid": "1",
            "uuid": "uuid-1",
        ]
        let names = Set(query.parameters.map(\.name))
        return try answers.rows(query.name, known.filter { names.contains($0.key) }).sorted()
    }

    @Test func noQueryAnswersDifferentlyWhereBLOBsMatch() throws {
        let archive = try QueryAnswers()
        let ids = [try archive.store(Host.healthy), try archive.store(Self.oddBodies())]
        let before = try NamedQuery.all.map { try answers($0, archive, ids) }
        matchBlobs(archive.archive.database)
        for (query, rows) in zip(NamedQuery.all, before) {
            #expect(try answers(query, archive, ids) == rows, "\(query.name)")
        }
        #expect(before.count { !$0.isEmpty } > 10)
    }

    @Test func aTokenThatIsNotTextIsNotHexadecimal() throws {
        let archive = try QueryAnswers()
        let id = try archive.store(Self.oddBodies())
        #expect(try !archive.rows("watch_shapes", ["image_id": id]).contains { $0.contains("hexadecimal|6") })
        #expect(try archive.rows("watch_shapes", ["image_id": id]).contains { $0.contains("bytes") })
    }
}
