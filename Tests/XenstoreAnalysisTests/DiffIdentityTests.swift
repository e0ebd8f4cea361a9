import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What identifies an item in two images.
@Suite struct DiffIdentityTests {
    private func changes(_ old: [RecordBody], _ new: [RecordBody]) throws -> [Change] {
        try Diff(try Images.make(old), try Images.make(new)).changes
    }

    private func summary(_ changes: [Change]) -> [String] {
        changes.map { change in
            let path = change.path.map(ChangeLine.text) ?? "-"
            return "\(change.action) \(change.kind) \(change.domid.map { String($0) } ?? "-") \(path)"
        }
    }

    @Test func aDomidWithANewUniqueIDIsANewDomain() throws {
        let changes = try changes(
            [
                ring(1, of: 5, uniqueID: 70), watch(1, "/a", "t"), transaction(1, tx: 3), pendingNode(1, tx: 3, "/p"),
                domain(5),
            ],
            [
                ring(1, of: 5, uniqueID: 71), watch(1, "/a", "t"), transaction(1, tx: 3), pendingNode(1, tx: 3, "/p"),
                domain(5),
            ])
        #expect(
            summary(changes) == [
                "changed domain 5 -", "removed connection 5 -", "added connection 5 -", "removed watch 5 /a",
                "added watch 5 /a",
                "removed transaction 5 -", "added transaction 5 -", "removed node 0 /p", "added node 0 /p",
            ])
        #expect(changes.first?.differences.map(\.name) == ["unique_id"])
        #expect(changes.first?.differences.first?.old == .unsigned(70))
        #expect(changes.first?.differences.first?.new == .unsigned(71))
    }

    @Test func anUnknownUniqueIDDoesNotMakeANewDomain() throws {
        let watches = [watch(1, "/a", "t")]
        for unknown in [nil, 0] as [UInt64?] {
            let changes = try changes(
                [ring(1, of: 5, uniqueID: unknown)] + watches, [ring(1, of: 5, uniqueID: 71)] + watches)
            #expect(summary(changes) == ["changed connection 5 -"])
            #expect(changes.first?.differences.map(\.name) == ["unique_id"])
        }
    }

    @Test func anotherDomainsUniqueIDChangesNothingElse() throws {
        let changes = try changes(
            [ring(1, of: 5, uniqueID: 70), ring(2, of: 6, uniqueID: 80), watch(2, "/a", "t")],
            [ring(1, of: 5, uniqueID: 71), ring(2, of: 6, uniqueID: 80), watch(2, "/a", "t")])
        #expect(summary(changes) == ["changed domain 5 -", "removed connection 5 -", "added connection 5 -"])
    }

    @Test func ofTwoEqualWatchesOneMayGo() throws {
        let twice = [ring(1, of: 5), watch(1, "/a", "t"), watch(1, "/a", "t")]
        #expect(summary(try changes(twice, Array(twice.dropLast()))) == ["removed watch 5 /a"])
        #expect(summary(try changes(Array(twice.dropLast()), twice)) == ["added watch 5 /a"])
        #expect(summary(try changes(twice, [node("/")] + twice)) == ["added node 0 /"])
    }

    @Test func watchesDifferByConnectionPathAndToken() throws {
        let connections = [ring(1, of: 5), socket(2, descriptor: 7)]
        let old = connections + [watch(1, "/a", "t")]
        #expect(
            summary(try changes(old, connections + [watch(1, "/b", "t")])) == [
                "removed watch 5 /a", "added watch 5 /b",
            ])
        #expect(
            summary(try changes(old, connections + [watch(1, "/a", "u")])) == [
                "removed watch 5 /a", "added watch 5 /a",
            ])
        #expect(
            summary(try changes(old, connections + [watch(2, "/a", "t")])) == [
                "added watch - /a", "removed watch 5 /a",
            ])
    }

    @Test func aSocketIsKnownByItsDescriptor() throws {
        #expect(
            try changes(
                [socket(1, descriptor: 7), watch(1, "/a", "t")], [socket(4, descriptor: 7), watch(4, "/a", "t")]
            ).isEmpty)
        let other = try changes([socket(1, descriptor: 7)], [socket(1, descriptor: 8)])
        #expect(summary(other) == ["removed connection - -", "added connection - -"])
        #expect(other.map { $0.identity.map(\.value) } == [[.integer(7)], [.integer(8)]])
    }

    @Test func pendingNodesAreKnownByConnectionTransactionAndPath() throws {
        let connections = [ring(1, of: 5), ring(2, of: 6)]
        let old = connections + [pendingNode(1, tx: 3, "/p", "x")]
        func names(_ change: Change) -> [String] { change.identity.map { "\($0.name)=\(ChangeLine.text($0.value))" } }

        let value = try changes(old, connections + [pendingNode(1, tx: 3, "/p", "y")])
        #expect(summary(value) == ["changed node 0 /p"])
        #expect(value.map(names) == [["conn_domid=5", "tx_id=3"]])

        let tx = try changes(old, connections + [pendingNode(1, tx: 4, "/p", "x")])
        #expect(summary(tx) == ["removed node 0 /p", "added node 0 /p"])
        #expect(tx.map(names) == [["conn_domid=5", "tx_id=3"], ["conn_domid=5", "tx_id=4"]])

        let other = try changes(old, connections + [pendingNode(2, tx: 3, "/p", "x")])
        #expect(other.map(names) == [["conn_domid=5", "tx_id=3"], ["conn_domid=6", "tx_id=3"]])

        let committed = try changes(old, connections + [node("/p", "x")])
        #expect(Set(summary(committed)) == ["removed node 0 /p", "added node 0 /p"])
    }

    @Test func transactionsAreKnownByConnectionAndNumber() throws {
        let connections = [ring(1, of: 5), ring(2, of: 6)]
        #expect(
            summary(try changes(connections + [transaction(1, tx: 3)], connections + [transaction(2, tx: 3)]))
                == ["removed transaction 5 -", "added transaction 6 -"])
        #expect(
            try changes(connections + [transaction(1, tx: 3)], [ring(9, of: 5), ring(8, of: 6), transaction(9, tx: 3)])
                .isEmpty)
    }

    @Test func quotasOfADomainThatIsGoneAreNotToldOneByOne() throws {
        let old = [domain(1, ["nodes": 5]), domain(2, ["nodes": 5, "watches": 8])]
        #expect(summary(try changes(old, [domain(1, ["nodes": 6])])) == ["changed quota 1 -", "removed domain 2 -"])
        #expect(
            summary(try changes(old, [domain(1), domain(2, ["nodes": 5, "watches": 8])])) == ["removed quota 1 -"])
    }

    @Test func quotasOfTheHostAreCompared() throws {
        let old = [globalQuota(defaults: ["nodes": 5, "gone": 1], host: ["hosts": 0])]
        let changes = try changes(old, [globalQuota(defaults: ["nodes": 6, "new": 2], host: ["hosts": 7])])
        #expect(
            changes.map { "\($0.action) \($0.identity.map { ChangeLine.text($0.value) }.joined(separator: " "))" } == [
                "removed gone default", "changed hosts host", "added new default", "changed nodes default",
            ])
    }

    @Test func aPendingNodeWithOtherPermissionsAloneIsAChangeOfKindPerms() throws {
        let old = [ring(1, of: 5), pendingNode(1, tx: 3, "/p", "x")]
        let changes = try changes(old, [ring(1, of: 5), pendingNode(1, tx: 3, "/p", "x", "n0,r5")])
        #expect(changes.map(\.kind) == [.perms])
    }

    @Test func aTransactionSaysNothingOfItsConnID() throws {
        let change = try #require(try changes([ring(4, of: 5)], [ring(4, of: 5), transaction(4, tx: 3)]).first)
        #expect(change.new?.map(\.name) == ["tx_id"])
    }
}
