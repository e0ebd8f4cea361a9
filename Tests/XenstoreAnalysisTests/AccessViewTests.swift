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
        ("n0,b5:stale,r5", 5, "r|entry r5; stale b5 ignored"), ("n5:stale", 5, "both|owner, though marked stale"),
        ("n3:stale", 4, "both|owner is its target, 3, though marked stale"), ("w5:stale,r3", 3, "r|entry r3"),
        ("n0,b3:stale", 4, "none|default n0; stale b3 ignored"),
    ])
    func accessFollowsTheRules(_ perms: String, _ domid: Int, _ expected: String) throws {
        #expect(try row(perms, domid) == expected)
    }

    @Test func aDomainThatNoEntryNamesHasTheDefault() throws {
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

    private func row(_ text: [String], _ domid: Int, _ path: String, restored: Int = 0) throws -> [String] {
        let answers = try QueryAnswers()
        let lines = ["$xenstored-dump-format", "global,3", "evtchn-dev,5,3"] + text
        let image = try ScannedImage(bytes: Array(lines.map { $0 + "\n" }.joined().utf8))
        let id = try Importer(answers.archive).store(image, label: ImageLabel(name: "text")).imageID
        return try answers.rows(
            sql: """
                SELECT access, set_perms, reason FROM access_by_daemon
                WHERE image_id = \(id) AND daemon = 'oxenstored' AND restored = \(restored) AND domid = \(domid)
                  AND path = '\(path)'
                """)
    }

    private func store(_ path: String, _ perms: String) -> String {
        func hex(_ text: String) -> String {
            text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        }
        return "store,\(hex(path)),\(hex(perms.replacing(",", with: "\0"))),"
    }

    /// The text of oxenstored has no targets; the home of a stub domain shows that it has one.
    @Test func whatAnUnknownTargetMayAddIsUnknown() throws {
        let text = [
            "dom,0,0,2,3", "dom,1,1,1,4", "dom,2,2,1,5", store("/", "n0"), store("/local", "n0"),
            store("/local/domain", "n0"), store("/local/domain/2", "n2"), store("/local/domain/2/target", "n0,r2"),
            store("/a", "n1"), store("/b", "n0,b2"), store("/@releaseDomain", "n0,r2"),
        ]
        let unknown = "; the image does not show its target"
        #expect(try row(text, 2, "/a") == ["NULL|NULL|default n1\(unknown)"])
        #expect(try row(text, 2, "/local/domain/2/target") == ["NULL|NULL|entry r2\(unknown)"])
        #expect(try row(text, 2, "/b") == ["both|NULL|entry b2"])
        #expect(try row(text, 2, "/local/domain/2") == ["both|1|owner"])
        #expect(try row(text, 2, "/@releaseDomain") == ["r|NULL|entry r2\(unknown)"])
        // Without such a node there is no target.
        #expect(try row(text, 1, "/b") == ["none|0|default n0"])
        // A restore of the text brings none back.
        #expect(try row(text, 2, "/a", restored: 1) == ["none|0|default n1"])
    }

    @Test func aStubDomainInAListingHasAnUnknownTarget() throws {
        let answers = try QueryAnswers()
        let id = try answers.storeListing(["/local/domain/2/target = \"1\"   (n0,r2)", "/a = \"\"   (n1)"])
        func access(_ domid: Int) throws -> [String] {
            try answers.rows(
                sql: "SELECT access FROM access WHERE image_id = \(id) AND domid = \(domid) AND path = '/a'")
        }
        #expect(try access(2) == ["NULL"])
        #expect(try access(1) == ["both"])
    }

    /// The rules again, written as simply as possible.
    private func access(_ perms: [Permission], _ domid: UInt16, target: UInt16?) -> String {
        func isMeant(_ entry: Permission) -> Bool { entry.domid == domid || entry.domid == target }
        func names(_ entry: Permission) -> Bool { entry.flags & 1 == 0 && isMeant(entry) }
        func text(_ perm: UInt8) -> String { ["r": "r", "w": "w", "b": "both"][String(UnicodeScalar(perm))] ?? "none" }
        guard domid != 0, let owner = perms.first else { return domid == 0 ? "both" : "none" }
        if isMeant(owner) { return "both" }
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
            let names = list.enumerated().contains { position, entry in
                (position == 0 || entry.flags & 1 == 0) && (entry.domid == domid || entry.domid == targets[domid])
            }
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
