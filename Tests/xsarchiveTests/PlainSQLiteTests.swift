import TestSupport
import Testing

/// The archive is a plain SQLite file: SQLite's own shell reads it without any of our code.
@Suite struct PlainSQLiteTests {
    @Test func nodesAreRowsOfAView() throws {
        let place = Workplace()
        expectDone(place.run("import", Fixtures.path("xen-4.17-small.bin")))
        let outcome = place.sqlite("select path, value from nodes where image_id = 1 and path like '/local/domain/1/%'")
        expectDone(outcome)
        #expect(outcome.lines.count > 10)
        #expect(outcome.lines.allSatisfy { $0.hasPrefix("/local/domain/1/") && $0.contains("|") })
        let name = place.sqlite("select value from nodes where image_id = 1 and path = '/local/domain/0/name'")
        #expect(name.text == "Domain-0\n")
    }

    @Test func permissionsJoinWithNodes() {
        let place = Workplace.withSharedImages()
        let outcome = place.sqlite(
            """
            select n.path, p.position, p.perm || p.domid from nodes n
            join perms p on p.image_id = n.image_id and p.record_id = n.record_id
            where n.image_id = 4 and n.path = '/local/domain/5/data/os_name' order by p.position
            """)
        expectDone(outcome)
        #expect(
            outcome.lines
                == ["n5", "r0", "r6"].enumerated().map { "/local/domain/5/data/os_name|\($0.offset)|\($0.element)" })
    }

    @Test func everyImageHasAsManyNodesAsItSays() {
        let place = Workplace.withSharedImages()
        let outcome = place.sqlite(
            "select i.image_id from images i where i.node_count <> (select count(*) from nodes n where n.image_id = "
                + "i.image_id)"
        )
        expectDone(outcome)
        #expect(outcome.output.isEmpty)
        #expect(place.sqlite("select count(*) from images").text == "6\n")
        #expect(place.sqlite("pragma integrity_check; pragma foreign_key_check").text == "ok\n")
    }
}
