import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// Records that do not fit each other are made to.
@Suite struct RepairTests {
    /// The records come out as these, and nothing is altered but what these kinds say.
    private func expect(
        _ records: [RecordBody], become expected: [RecordBody], _ kinds: Set<Alteration.Kind>, _ layout: Layout = .v1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let stream = try Rebuilding.run(records, layout)
        let bodies = try stream.bodies
        #expect(bodies == expected, sourceLocation: sourceLocation)
        #expect(stream.kinds == kinds, "\(stream.alterations.lines)", sourceLocation: sourceLocation)
    }

    @Test func whatIsInOrderStaysAsItIs() throws {
        let records =
            host + [
                ring(2, of: 5), watch(2, "/tool", "t"), transaction(2, tx: 7), node("/"), node("/a", "1", "n0,r5"),
                node("/a/b"), pendingNode(2, tx: 7, "/a/c"),
            ]
        try expect(records, become: records, [])
    }

    @Test func parentsComeBeforeTheirChildren() throws {
        try expect(
            host + [node("/a/b/c"), node("/x"), node("/a/b"), node("/a"), node("/")],
            become: host + [node("/"), node("/a"), node("/a/b"), node("/a/b/c"), node("/x")], [.order])
    }

    @Test func aTargetComesBeforeItsUser() throws {
        try expect(
            host + [ring(2, of: 6, target: 5), watch(2, "/a", "t"), ring(3, of: 5), node("/")],
            become: host + [ring(3, of: 5), ring(2, of: 6, target: 5), watch(2, "/a", "t"), node("/")], [.order])
    }

    @Test func twoTargetsOfEachOtherAreTold() throws {
        let records = host + [ring(2, of: 6, target: 5), ring(3, of: 5, target: 6), node("/")]
        let stream = try Rebuilding.run(records)
        #expect(try stream.bodies == host + [ring(3, of: 5, target: 6), ring(2, of: 6, target: 5), node("/")])
        #expect(stream.kinds == [.target, .order])
        #expect(stream.alterations.lossCount == 0)
    }

    @Test func connectionsComeBeforeWhatRefersToThem() throws {
        try expect(
            [watch(2, "/a", "t"), pendingNode(2, tx: 7, "/a"), transaction(2, tx: 7), node("/"), ring(2, of: 5)]
                + host.reversed(),
            become: [
                host[0], ring(2, of: 5), watch(2, "/a", "t"), transaction(2, tx: 7), host[1], node("/"),
                pendingNode(2, tx: 7, "/a"),
            ], [.order])
    }

    @Test func whoHasAPermissionComesBeforeTheNode() throws {
        try expect(
            host + [node("/"), node("/a", "", "n0,r5"), node("/b"), ring(2, of: 5)],
            become: host + [node("/"), ring(2, of: 5), node("/a", "", "n0,r5"), node("/b")], [.order])
    }

    @Test func aSocketComesBehindDomainZero() throws {
        try expect(
            [host[0], socket(2, descriptor: 9), host[1], node("/")],
            become: [host[0], host[1], socket(2, descriptor: 9), node("/")], [.order])
    }

    @Test func missingParentsAreMadeWithThePermissionsOfWhatIsAbove() throws {
        try expect(
            host + [node("/"), node("/a", "", "n0,r1"), node("/a/b/c/d", "x")],
            become: host + [
                node("/"), node("/a", "", "n0,r1"), node("/a/b", "", "n0,r1"), node("/a/b/c", "", "n0,r1"),
                node("/a/b/c/d", "x"),
            ], [.parent])
        try expect(host + [node("/a", "x", "n0,r5")], become: host + [node("/"), node("/a", "x", "n0,r5")], [.parent])
    }

    @Test func aDeepPathGetsAllItsParents() throws {
        let stream = try Rebuilding.run(host + [node(String(repeating: "/a", count: 700))])
        #expect(stream.image.nodeCount == 701)
        #expect(stream.alterations.count(.parent) == 700)
        #expect(stream.alterations.lines.last == "changed parent: 600 more of this kind")
    }

    /// Of one path of 60,000 octets the parents would take 900 MB.
    @Test func anImageIsNotMadeManyTimesLargerByItsParents() throws {
        let error = #expect(throws: ArchiveError.self) {
            try Rebuilding.run(host + [node(String(repeating: "/a", count: 30_000))])
        }
        #expect(error?.code == .badImage)
        #expect(error?.description.contains("more than double the image") == true)
    }

    @Test func ofTwoNodesWithOnePathTheLastStays() throws {
        try expect(
            host + [node("/"), node("/a", "1"), node("/a/b"), node("/a", "2", "n0,r1")],
            become: host + [node("/"), node("/a", "2", "n0,r1"), node("/a/b")], [.duplicate])
    }

    @Test func whatIsThereTwiceIsThereOnce() throws {
        try expect(
            [.global(GlobalData(rwSocketFD: 1, secondFD: 2))] + host
                + [
                    domain(3), domain(3, features: 0, ["a": 1]), globalQuota(defaults: ["a": 1]),
                    globalQuota(defaults: ["b": 1]), transaction(1, tx: 7), transaction(1, tx: 7),
                ],
            become: host + [domain(3), globalQuota(defaults: ["a": 1]), transaction(1, tx: 7)], [.duplicate])
    }

    @Test func aFurtherRingOfADomainGivesWhatHangsOnItToTheFirst() throws {
        try expect(
            host + [ring(2, of: 5), ring(3, of: 5), watch(3, "/a", "t"), node("/")],
            become: host + [ring(2, of: 5), watch(2, "/a", "t"), node("/")], [.duplicate])
    }

    @Test func aConnIDThatIsZeroOrTakenIsAnotherOne() throws {
        try expect(
            host + [ring(0, of: 5), watch(0, "/a", "t"), ring(1, of: 6), watch(1, "/b", "t")],
            become: host + [ring(2, of: 5), watch(2, "/a", "t"), ring(3, of: 6), watch(1, "/b", "t")], [.connID])
        let last = ring(.max, of: 7)
        try expect(host + [last, ring(.max, of: 8)], become: host + [last, ring(2, of: 8)], [.connID])
    }

    @Test func whatHasNoConnectionIsLost() throws {
        try expect(
            host + [watch(9, "/a", "t"), transaction(9, tx: 1), node("/"), pendingNode(9, tx: 1, "/a")],
            become: host + [node("/")], [.noConnection])
    }

    @Test func aPendingNodeGetsItsTransaction() throws {
        try expect(
            host + [node("/"), pendingNode(1, tx: 3, "/a"), pendingNode(1, tx: 3, "/b")],
            become: host + [
                node("/"), transaction(1, tx: 3), pendingNode(1, tx: 3, "/a"), pendingNode(1, tx: 3, "/b"),
            ], [.transaction])
    }

    @Test func aNodeWithoutPermissionsGetsItsParents() throws {
        try expect(
            host + [node("/", "", ""), node("/a", "", "n0,r5"), node("/a/b", "", ""), node("/a/b/c", "", "")],
            become: host + [
                node("/"), node("/a", "", "n0,r5"), node("/a/b", "", "n0,r5"), node("/a/b/c", "", "n0,r5"),
            ], [.perms])
    }

    @Test func aPathThatNoDaemonTakesIsLost() throws {
        try expect(
            host + [node("/"), node("a"), node(""), pendingNode(1, tx: 1, "x")], become: host + [node("/")], [.badPath])
    }

    /// Whatever stands in whatever order, comes out so that the checks of structure and the forecast of a restore have no more to say.
    @Test(arguments: 0..<40) func anyOrderIsMadeValid(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let records =
            host
            + [
                ring(2, of: 5), ring(3, of: 6, target: 5), socket(4, descriptor: 9), watch(2, "device", "t"),
                watch(4, "/tool", "u"), transaction(3, tx: 7),
                node("/"), node("/local"), node("/local/domain"), node("/local/domain/5", "", "n5"),
                node("/local/domain/5/device", "", "n5,r6"),
                node("/tool", "", "n0,r5"), node("/tool/xenstored"), pendingNode(3, tx: 7, "/tool/x"), domain(5),
                globalQuota(defaults: ["a": 1]),
                node("@releaseDomain"),
            ].shuffled(using: &random)
        let stream = try Rebuilding.run(records.shuffled(using: &random), .v1)
        #expect(Set(try stream.bodies) == Set(records), "seed \(seed)")
        #expect(
            stream.image.findings.filter { $0.severity == .error || $0.rule == "unknown-target" } == [], "seed \(seed)")
        #expect(
            stream.warnings.allSatisfy { $0.contains("skips") || $0.contains("treats the pending node") },
            "seed \(seed): \(stream.warnings)")
        #expect(stream.kinds.subtracting([.order]) == [], "seed \(seed)")
    }
}
