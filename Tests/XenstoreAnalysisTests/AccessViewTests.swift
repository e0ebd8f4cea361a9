import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

/// The view of effective access: the cases one by one, and all of them against the rules written
/// down in Swift.
@Suite struct AccessViewTests {
    private func row(_ perms: String, _ domid: Int, targets: [RecordBody] = []) throws -> String {
        let answers = try QueryAnswers()
        let image = try answers.store([
            ring(1, of: 0), ring(2, of: 3), ring(3, of: 4, target: 3), ring(4, of: 5), node("/a", "", perms),
        ])
        return try answers.rows(
            sql: "SELECT access, reason FROM access WHERE image_id = \(image) AND path = '/a' AND domid = \(domid)"
        ).joined(separator: " & ")
    }

    @Test(arguments: [
        ("n0", 0, "both|domain 0"), ("n5", 0, "both|domain 0"), ("n5", 5, "both|owner"),
        ("n3", 4, "both|owner is its target, 3"),
        ("n0,r5", 5, "r|entry r5"), ("n0,w5", 5, "w|entry w5"), ("n0,b5", 5, "both|entry b5"),
        ("b0,n5", 5, "none|entry n5"),
        ("n0,w3", 4, "w|entry of its target, w3"), ("n0,r4,b3", 4, "r|entry r4"),
        ("n0,b3,r4", 4, "both|entry of its target, b3"),
        ("r0", 5, "r|default r0"), ("b0", 4, "both|default b0"), ("n0,r4", 5, "none|default n0"),
        ("n0,r3", 5, "none|default n0"),
        ("n0,b5:stale", 5, "none|default n0; stale b5 ignored"), ("r0,b5:stale", 5, "r|default r0; stale b5 ignored"),
        ("n0,b5:stale,r5", 5, "r|entry r5; stale b5 ignored"), ("n5:stale", 5, "none|default n5; stale n5 ignored"),
        ("w5:stale,r3", 3, "r|entry r3"), ("n0,b3:stale", 4, "none|default n0; stale b3 ignored"),
    ])
    func accessFollowsTheRules(_ perms: String, _ domid: Int, _ expected: String) throws {
        #expect(try row(perms, domid) == expected)
    }

    @Test func aDomainThatNobodyNamesHasTheDefault() throws {
        let answers = try QueryAnswers()
        let image = try answers.store([ring(1, of: 0), node("/a", "", "r0,b7"), node("/b", "", "n0")])
        #expect(
            try answers.rows(
                sql: "SELECT path, access, reason FROM access WHERE image_id = \(image) AND domid IS NULL ORDER BY path"
            )
                == ["/a|r|default r0", "/b|none|default n0"])
        // Domain 7 does not exist, and would have its entry's access if it were started.
        #expect(
            try answers.rows(sql: "SELECT access FROM access WHERE image_id = \(image) AND domid = 7 AND path = '/a'")
                == ["both"])
    }

    /// The rules again, written as simply as possible.
    private func access(_ perms: [Permission], _ domid: UInt16, target: UInt16?) -> String {
        func names(_ entry: Permission) -> Bool {
            entry.flags & 1 == 0 && (entry.domid == domid || entry.domid == target)
        }
        func text(_ perm: UInt8) -> String { ["r": "r", "w": "w", "b": "both"][String(UnicodeScalar(perm))] ?? "none" }
        guard domid != 0, let owner = perms.first else { return domid == 0 ? "both" : "none" }
        if names(owner) { return "both" }
        for entry in perms.dropFirst() where names(entry) { return text(entry.perm) }
        return text(owner.perm)
    }

    @Test func theViewAgreesWithTheRulesOnRandomPermissions() throws {
        for seed in UInt64(1)...10 {
            var random = SeededGenerator(seed: seed)
            let answers = try QueryAnswers()
            var targets: [UInt16: UInt16] = [:]
            for domid in UInt16(1)...5 where random.chance(40) { targets[domid] = UInt16(1 + random.below(5)) }
            var bodies = (UInt32(0)...5).map {
                ring($0 + 1, of: UInt16($0), target: targets[UInt16($0)] ?? ConnectionData.noDomain)
            }
            var lists: [[Permission]] = []
            for number in 0..<40 {
                let list = (0..<1 + random.below(5)).map { _ in
                    Permission(
                        perm: Array("wrbn".utf8)[random.below(4)], flags: random.chance(20) ? 1 : 0,
                        domid: UInt16(random.below(7)))
                }
                lists.append(list)
                bodies.append(.node(NodeData(path: TerminatedString("/n\(100 + number)"), value: [], perms: list)))
            }
            let image = try answers.store(bodies)
            for domid in UInt16(0)...6 {
                let rows = try answers.rows(
                    sql: "SELECT access FROM access WHERE image_id = \(image) AND domid = \(domid) ORDER BY path")
                // Domain 6 may be one that no list names.
                if rows.isEmpty && !lists.joined().contains(where: { $0.domid == domid }) { continue }
                #expect(
                    rows == lists.map { access($0, domid, target: targets[domid]) }, "seed \(seed), domain \(domid)")
                try checkGrants(answers, image, domid, lists, targets, "seed \(seed), domain \(domid)")
            }
        }
    }

    /// The list of grants says the same as the view of access, for each live guest.
    private func checkGrants(
        _ answers: QueryAnswers, _ image: String, _ domid: UInt16, _ lists: [[Permission]], _ targets: [UInt16: UInt16],
        _ name: String
    ) throws {
        guard (1...5).contains(domid) else { return }
        let granted = try answers.rows(
            sql: """
                SELECT n.path, t.access FROM grants t JOIN permset m ON m.permset_id = t.permset_id
                JOIN nodes n ON n.image_id = t.image_id AND n.perms = m.perms
                WHERE t.image_id = \(image) AND t.domid = \(domid) ORDER BY n.path
                """)
        let expected = lists.enumerated().compactMap { index, list -> String? in
            let names = list.contains { $0.flags & 1 == 0 && ($0.domid == domid || $0.domid == targets[domid]) }
            let right = access(list, domid, target: targets[domid])
            return names && right != "none" ? "/n\(100 + index)|\(right)" : nil
        }
        #expect(granted == expected, "\(name)")
    }

    @Test func thePlanForOneDomainOrOnePathIsNoProduct() throws {
        let answers = try QueryAnswers()
        // For an empty archive SQLite has no statistics to choose a plan by.
        try answers.store(
            (0..<300).map { index in
                let path = TerminatedString("/n\(index)")
                return .node(NodeData(path: path, value: [], perms: [Permission(perm: 0x6E, domid: UInt16(index % 5))]))
            })
        let byPath = try answers.rows(
            sql: "EXPLAIN QUERY PLAN SELECT * FROM access WHERE image_id = 1 AND domid = 2 AND path = '/a'")
        #expect(byPath.contains { $0.contains("SEARCH p USING") && $0.contains("(path=?)") }, "\(byPath)")
        #expect(
            !byPath.contains { line in ["SCAN s", "SCAN p"].contains { line.hasSuffix($0) || line.contains($0 + " ") }
            }, "\(byPath)")
    }
}
