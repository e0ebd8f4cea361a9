import Testing
import XenstoreAnalysis
import XenstoreStream

/// The properties of one change.
@Suite struct ChangeTests {
    private func only(_ old: [RecordBody], _ new: [RecordBody]) throws -> Change {
        let changes = try Diff(try Images.make(old), try Images.make(new)).changes
        try #require(changes.count == 1)
        return changes[0]
    }

    private func differences(_ change: Change) -> [String] {
        change.differences.map { "\($0.name): \(ChangeLine.text($0.old)) -> \(ChangeLine.text($0.new))" }
    }

    @Test func aNodeWithAnotherValueAndOtherPermissionsIsOneChange() throws {
        let change = try only([node("/a", "1", "n0,r5")], [node("/a", "2", "n6,w5:stale")])
        #expect(change.kind == .node)
        #expect(change.action == .changed)
        #expect(change.path == Octets("/a".utf8))
        #expect(change.domid == 6)
        #expect(differences(change) == ["value: 1 -> 2", "perms: n0,r5 -> n6,w5:stale"])
    }

    @Test func aNodeWithOtherPermissionsAloneIsAChangeOfKindPerms() throws {
        let change = try only([node("/a", "1", "n0")], [node("/a", "1", "n0,r5")])
        #expect(change.kind == .perms)
        #expect(differences(change) == ["perms: n0 -> n0,r5"])
        #expect(change.old?.map(\.name) == ["value", "perms"])
    }

    @Test func aNodeWithAnotherValueAloneIsAChangeOfKindNode() throws {
        let change = try only([node("/a", "1")], [node("/a", "")])
        #expect(change.kind == .node)
        #expect(differences(change) == ["value: 1 -> "])
    }

    @Test func whatIsAddedOrRemovedHasOneSideAndNoDifferences() throws {
        let added = try only([], [node("/a", "1", "n3")])
        #expect(added.old == nil)
        #expect(added.new?.map(\.value) == [.octets(Octets("1".utf8)), .text("n3")])
        #expect(added.domid == 3)
        #expect(added.differences.isEmpty)
        let removed = try only([node("/a", "1", "n3")], [])
        #expect(removed.action == .removed)
        #expect(removed.new == nil)
        #expect(removed.differences.isEmpty)
    }

    @Test func whatOnlyOneSideHasDiffersFromNothing() throws {
        let change = try only([ring(1, of: 5)], [ring(1, of: 5, target: 6, uniqueID: 0x1_0000_0000)])
        #expect(change.kind == .connection)
        #expect(change.domid == 5)
        #expect(differences(change) == ["target_domid: none -> 6", "unique_id: none -> 4294967296"])
        let back = try only([ring(1, of: 5, target: 6, uniqueID: 0x1_0000_0000)], [ring(1, of: 5)])
        #expect(Set(differences(back)) == ["target_domid: 6 -> none", "unique_id: 4294967296 -> none"])
    }

    @Test func buffersOfAConnectionAreCompared() throws {
        var data = ConnectionData(connID: 1, socketFD: 7)
        data.inData = [1, 2]
        data.outData = [3, 4, 5]
        data.outRespLength = 3
        let change = try only([socket(1, descriptor: 7)], [.connection(data)])
        #expect(change.differences.map(\.name).sorted() == ["in_data", "out_data", "out_resp_len"])
        #expect(change.new?.contains { $0.name == "in_data" && $0.value == .data([1, 2]) } == true)
    }

    @Test func aMissingTerminatorIsADifference() throws {
        let unterminated = NodeData(
            path: TerminatedString(Octets("/a".utf8), isTerminated: false), value: [], perms: permissions("n0"))
        let change = try only([node("/a")], [.node(unterminated)])
        #expect(change.kind == .node)
        #expect(differences(change) == ["path_terminator: none -> missing"])
    }

    @Test func bytesThatAreNoTextAreKeptAsTheyAre() throws {
        let data = NodeData(path: TerminatedString([0x2F, 0xFF]), value: [0, 0x80], perms: permissions("n0"))
        let change = try only([], [.node(data)])
        #expect(change.path == [0x2F, 0xFF])
        #expect(change.new?.first?.value == .octets([0, 0x80]))
    }
}
