import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The answers of `access` compared with those of real daemons, row by row.
@Suite struct RecordedAccessTests {
    private static func store(_ name: String, in answers: QueryAnswers) throws -> String {
        let image = try ScannedImage(bytes: Fixtures.bytes("access/\(name)"))
        return String(try Importer(answers.archive).store(image, label: ImageLabel(name: name)).imageID)
    }

    @Test(arguments: RecordedAccess.images) func theAnswersAreThoseOfTheDaemons(_ name: String) throws {
        let answers = try QueryAnswers()
        let image = try Self.store(name + ".bin", in: answers)
        let rows = RecordedAccess.all.filter { $0.image == name }
        #expect(!rows.isEmpty)
        for column in RecordedAccess.Column.allCases {
            for domid in Set(rows.map(\.domid)).sorted() {
                let parameters = [
                    "image_id": image, "domid": "\(domid)", "daemon": column.daemon.rawValue,
                    "after_restore": column.isRestored ? "1" : "0",
                ]
                var told: [String: [String]] = [:]
                for row in try answers.rows("access", parameters) {
                    let parts = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
                    #expect(told.updateValue(parts, forKey: parts[0]) == nil, "two answers for \(parts[0])")
                }
                for row in rows where row.domid == domid { check(row, column, told) }
            }
        }
    }

    private func check(_ row: RecordedAccess, _ column: RecordedAccess.Column, _ told: [String: [String]]) {
        guard let expected = row.expected(column) else { return }
        let place = "\(row.image), \(column), domain \(row.domid), \(row.path) \(row.perms)"
        guard let answer = told[row.path] else {
            Issue.record("\(place): no answer")
            return
        }
        let text = row.path.hasPrefix("@") ? answer[1] : answer[1] + "|" + answer[2]
        #expect(text == expected, "\(place): \(answer)")
        if let canRemove = row.canRemove(column) { #expect((answer[3] == "yes") == canRemove, "\(place): \(answer)") }
        // oxenstored fires no watch for a write of `/`.
        guard let hears = row.hears(column), row.path != "/" || column != .liveOxenstored else { return }
        let parent = row.path.hasPrefix("@") ? nil : told[Self.parent(row.path)]
        let reads = [answer[1], parent?[1] ?? "none"].contains { $0 == "r" || $0 == "both" }
        #expect(reads == hears, "\(place): \(answer), \(parent ?? [])")
    }

    private static func parent(_ path: String) -> String {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    @Test func theViewSaysTheSameAsTheQuery() throws {
        let answers = try QueryAnswers()
        for name in ["targets", "special", "root", "absent"] {
            let image = try Self.store(name + ".bin", in: answers)
            for domid in [1, 2] {
                let daemon = try answers.rows(sql: "SELECT daemon FROM writers WHERE image_id = \(image)")[0]
                let query = try answers.rows("access", ["image_id": image, "domid": "\(domid)"]).map { row in
                    row.split(separator: "|").prefix(2).joined(separator: "|")
                }
                let view = try answers.rows(
                    sql: """
                        SELECT path, access FROM access
                        WHERE image_id = \(image) AND domid = \(domid) AND daemon = '\(daemon)' ORDER BY path
                        """)
                #expect(view == query, "\(name), domain \(domid)")
            }
        }
    }

    /// Where the special nodes are shows which daemon wrote an image.
    @Test func theAccountsAreThoseOfTheDaemons() throws {
        let text = String(decoding: Fixtures.bytes("access/accounts.tsv"), as: UTF8.self)
        let recorded = text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        for name in Set(recorded.map { $0[0] }).sorted() {
            let bodies = try Images.bodies(
                Fixtures.bytes("access/\(name).bin"),
                StreamFormat(layout: .v1, byteOrder: .little, lengthRule: .padded))
            for daemon in ["c-4.17", "c-4.22"] {
                let answers = try QueryAnswers()
                let image = try answers.store(daemon == "c-4.17" ? Self.specialFirst(bodies) : Self.specialLast(bodies))
                let told = try answers.rows(
                    sql: "SELECT domid, nodes, watches, bytes FROM domain_accounts WHERE image_id = \(image)")
                for row in recorded where row[0] == name && row[1] == daemon {
                    // A restore counts / twice. To 4.17 the bytes of the watches of sockets are
                    // counted, not their number.
                    let isHost = row[2] == "0"
                    let bytes = (Int(row[5]) ?? 0) - (isHost ? daemon == "c-4.17" ? 34 : 26 : 0)
                    let isSame = told.contains { line in
                        let parts = line.split(separator: "|").map(String.init)
                        return parts[0] == row[2] && parts[1] == row[3] && parts[3] == String(bytes)
                            && (parts[2] == row[4] || isHost && daemon == "c-4.17")
                    }
                    #expect(isSame, "\(row), told \(told)")
                }
            }
        }
    }

    private static func isSpecial(_ body: RecordBody) -> Bool {
        if case .node(let data) = body { Path.isSpecial(data.path.octets) } else { false }
    }

    private static func isNode(_ body: RecordBody) -> Bool {
        if case .node = body { true } else { false }
    }

    private static func specialFirst(_ bodies: [RecordBody]) -> [RecordBody] {
        bodies.filter { !isNode($0) } + bodies.filter(isSpecial) + bodies.filter { isNode($0) && !isSpecial($0) }
    }

    private static func specialLast(_ bodies: [RecordBody]) -> [RecordBody] {
        bodies.filter { !isNode($0) } + bodies.filter { isNode($0) && !isSpecial($0) } + bodies.filter(isSpecial)
    }

    /// The smallest images on which a query differs from a daemon if it does not know its rules.
    @Test(arguments: [
        ("mini-target-home.bin", "write_outside_home", [String]()),
        ("mini-shadowed.bin", "trusted_trees", []), ("mini-shadowed.bin", "watched_guest_writable", []),
        ("mini-special-b.bin", "world_access", ["read|@introduceDomain|b0|"]),
        ("mini-special-b.bin", "write_outside_home", []),
        ("mini-watch-parent.bin", "watch_unreadable", ["1|/a/x|t|none|default n0|sent"]),
        ("mini-events.bin", "quota_usage", []), ("mini-home12x.bin", "cross_read", []),
        ("mini-home12x.bin", "write_outside_home", ["12|both|entry b12|/local/domain/12x/s|n0,b12"]),
        ("mini-ox-special.db", "special_nodes", ["/@releaseDomain|n0,r8|extra reader: domain 8"]),
        ("mini-ox-special.db", "watch_unreadable", ["8|@introduceDomain|t|none|default n0|not sent"]),
        ("mini-ox-special.db", "watch_no_node", []), ("any.bin", "special_nodes", []),
        (
            "absent.bin", "dead_grantee",
            ["r|/a/0", "b|/a/1", "n|/a/2", "r|/a/4", "w|/a/5", "r|/a/6"].map { "9|\($0)|has no home" }
        ),
    ])
    func theQueriesFindWhatTheDaemonsSay(_ image: String, _ query: String, _ rows: [String]) throws {
        let answers = try QueryAnswers()
        let id = try Self.store(image, in: answers)
        #expect(try answers.rows(query, ["image_id": id]) == rows)
    }
}
