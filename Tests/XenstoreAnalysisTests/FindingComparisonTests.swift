import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

@Suite struct FindingComparisonTests {
    private func findings(_ bytes: [UInt8]) throws -> ImageFindings {
        let image = ScannedImage(salvaging: bytes)
        let archive = try Archive.inMemory()
        let id = try Importer(archive).store(image, label: ImageLabel(name: "image")).imageID
        return try ImageFindings(image, RestoreForecast(image), archive, imageID: id, limit: .max)
    }

    /// A stream with nodes whose values are not UTF-8 at these paths, after some others.
    private func stream(odd paths: [String], before: Int = 0, connID: UInt32 = 2) throws -> [UInt8] {
        let format = StreamFormat(layout: .v1)
        var writer = StreamWriter(header: Header(format: format), format: format)
        try writer.write(.connection(ConnectionData(connID: connID, ringOf: 0, evtchn: 5)))
        // No connection has the conn-id: a finding about a record of a connection.
        try writer.write(
            .watch(
                WatchData(
                    connID: connID, wpath: TerminatedString(Octets("relative//".utf8)),
                    token: TerminatedString(Octets("t".utf8)))))
        let perms = [Permission(perm: UInt8(ascii: "n"), domid: 0)]
        for number in 0..<before {
            let path = TerminatedString(Octets("/plain\(number)".utf8))
            try writer.write(.node(NodeData(path: path, value: [], perms: perms)))
        }
        for path in paths {
            let path = TerminatedString(Octets(path.utf8))
            try writer.write(.node(NodeData(path: path, value: [0xFF], perms: perms)))
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        return writer.bytes
    }

    private func states(
        _ comparison: FindingComparison, _ rule: String
    ) -> [String] {
        (comparison.present + comparison.past).filter { $0.item.finding.rule == rule }
            .map { "\($0.state.rawValue) \($0.item.path ?? "-")" }
    }

    @Test func recordsThatMoveAreTheSameFindings() throws {
        let old = try findings(stream(odd: ["/a", "/b", "/c"]))
        let new = try findings(stream(odd: ["/b", "/a", "/d"], before: 5, connID: 77))
        let comparison = FindingComparison(old, new)
        #expect(states(comparison, "not-utf8") == ["both /b", "both /a", "new /d", "gone /c"])
        #expect(states(comparison, "path-form") == ["both relative//"])
    }

    @Test func aFindingThatOccursTwiceCountsTwice() throws {
        let old = try findings(stream(odd: ["/a"]))
        let new = try findings(stream(odd: ["/a", "/a"]))
        #expect(states(FindingComparison(old, new), "not-utf8") == ["both /a", "new /a"])
        #expect(states(FindingComparison(new, old), "not-utf8") == ["both /a", "gone /a"])
    }

    @Test func aRuleThatIsNotListedWholeLeavesDoubt() throws {
        let many = (0..<150).map { "/n\($0)" }
        let old = try findings(stream(odd: many))
        let same = FindingComparison(old, try findings(stream(odd: many, before: 3)))
        #expect(Set(same.present.filter { $0.item.finding.rule == "not-utf8" }.map(\.state)) == [.both])
        let other = FindingComparison(old, try findings(stream(odd: ["/other"] + many)))
        let rows = other.present.filter { $0.item.finding.rule == "not-utf8" }
        #expect(rows.first?.state == .unknown)
        #expect(rows.last?.state == .unknown && rows.last?.item.finding.unlistedCount == 51)
        #expect(states(other, "not-utf8").contains { $0.hasPrefix("unchecked") })
    }

    @Test func whatDoesNotApplyToAnImageIsUnknown() throws {
        let listing = try findings(Fixtures.bytes("listings/xen-4.17-seq-3.ls-fp.txt"))
        let stream = try findings(Fixtures.bytes("xen-4.17-seq-3.bin"))
        let comparison = FindingComparison(listing, stream)
        #expect(comparison.present.contains { $0.item.finding.rule == "watch_no_node" && $0.state == .unknown })
        #expect(!comparison.present.contains { $0.item.finding.rule == "watch_no_node" && $0.state == .new })
        let back = FindingComparison(stream, listing)
        #expect(back.past.contains { $0.item.finding.rule == "watch_no_node" && $0.state == .unchecked })
    }

    @Test func numbersAndQuotedTextsDoNotCount() {
        #expect(
            ImageFindings.withoutNumbers(#"12 bytes at 0x1F of "a \" 7" and 3"#) == ##"# bytes at #x#F of "" and #"##)
    }

    @Test func everySubjectIsAColumn() {
        for query in NamedQuery.rules {
            #expect(!query.header.subject.isEmpty && query.header.subject.allSatisfy(query.columns.contains))
            #expect(query.header.subject.allSatisfy { $0 != "conn_id" }, "\(query.name): conn-ids are renumbered")
        }
    }

    @Test func everyGroupOfQueriesHasAQuestion() {
        #expect(Set(NamedQuery.all.map(\.group)) == Set(NamedQuery.groups.map(\.name)))
    }
}
