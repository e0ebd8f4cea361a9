import Testing
import XenstoreClient
import XenstoreStream

/// A capture of a store that changes while it is read.
@Suite struct StoreCaptureTests {
    private static let paths = [
        "/local/domain/0/name": "host", "/local/domain/1/name": "web", "/local/domain/1/device/vif/0/state": "4",
        "/vm/1/uuid": "u",
    ]

    private func lines(_ store: CapturedStore) -> [String] {
        store.nodes.map { node in
            let perms = node.perms.map { "\(Character(Unicode.Scalar($0.perm)))\($0.domid)" }.joined(separator: ",")
            return "\(String(decoding: node.path.octets, as: UTF8.self)) "
                + "\(String(decoding: node.value, as: UTF8.self)) \(perms)"
        }.sorted()
    }

    private func capture(_ store: FakeStore, _ capture: StoreCapture = StoreCapture()) throws -> CapturedStore {
        store.serve()
        defer { store.stop() }
        return try capture.run(store.client)
    }

    @Test func aRestingStoreIsReadAsItIs() throws {
        let store = try FakeStore(Self.paths)
        store.setPerms("/vm/1", ["n1", "r2"])
        let captured = try capture(store)
        #expect(lines(captured) == store.linesAtBarrier)
        #expect(captured.method == .walk)
        #expect(captured.daemon.isOxenstored == false)
        #expect(captured.unsettled == [])
        #expect(captured.domains.map(\.domid) == [0, 1])
        #expect(captured.coverage == Coverage([.nodes, .permissions]))
        #expect(store.watches.isEmpty)
        // Parents come before their children.
        var seen: Set<Octets> = []
        for node in captured.nodes {
            #expect(Path.parent(of: node.path.octets).map { seen.contains($0) } ?? true)
            seen.insert(node.path.octets)
        }
    }

    @Test func theStreamHoldsTheNodes() throws {
        let captured = try capture(FakeStore(Self.paths))
        let bytes = try captured.stream()
        let detection = try LayoutDetection(bytes: bytes)
        #expect(detection.format.layout == .v1)
        var reader = try StreamReader(bytes: bytes, format: detection.format)
        var nodes: [NodeData] = []
        while let record = try reader.next() { if case .node(let node) = record.body { nodes.append(node) } }
        #expect(nodes == Array(captured.nodes))
        var pieces: [UInt8] = []
        try captured.stream { pieces += $0 }
        #expect(pieces == bytes)
    }

    @Test func droppedNodesLeaveTheRest() throws {
        var captured = try capture(FakeStore(Self.paths))
        let (count, coverage) = (captured.nodeCount, captured.coverage)
        captured.dropNodes()
        #expect(captured.nodes.count == 0 && Array(captured.nodes).isEmpty)
        #expect(captured.nodeCount == count && count > 4 && captured.coverage == coverage)
    }

    /// Changes at every moment of the capture, each of a kind: the image is always that of the end.
    @Test(arguments: 0..<9, [2, 5, 6, 7, 10, 14, 19, 25, 30, 40, 50, 60])
    func aChangeAtAnyMomentIsInTheImage(_ kind: Int, _ moment: Int) throws {
        let store = try FakeStore(Self.paths)
        store.beforeRequest = { store, number, _ in
            guard number == moment else { return }
            switch kind {
            case 0: store.write("/vm/1/uuid", "new")
            // Ancestors that no event names.
            case 1: store.write("/new/tree/leaf", "v")
            case 2: store.remove("/local/domain/1")
            // Removed and made again: the ancestors have no value of before.
            case 3:
                store.write("/local/domain/1/device", "old")
                store.remove("/local/domain/1")
                store.write("/local/domain/1/device/vif/1/state", "1")
            case 4: store.setPerms("/vm", ["n0", "r7"])
            case 5:
                store.remove("/vm/1")
                store.write("/other/1/uuid", "u")
            // A value and a node go in one step, the other way round.
            case 6:
                store.write("/vm/1/uuid", "w")
                store.remove("/vm")
            case 7:
                store.remove("/vm")
                store.write("/vm", "v")
                store.write("/vm/1/uuid", "again")
            default: store.write("/", "root")
            }
        }
        let captured = try capture(store)
        #expect(lines(captured) == store.linesAtBarrier)
        #expect(captured.unsettled == [])
    }

    /// A removal and the writes that make the tree again, in two rounds.
    @Test(arguments: 40..<80, 1..<6) func aTreeThatIsMadeAgainLaterIsReadAgain(_ moment: Int, _ later: Int) throws {
        let store = try FakeStore(Self.paths)
        store.nodes["/local/domain/1/device/vif"]?.value = "old"
        store.beforeRequest = { store, number, _ in
            if number == moment { store.remove("/local/domain/1/device") }
            if number == moment + later { store.write("/local/domain/1/device/vif/0/state", "5") }
        }
        let captured = try capture(store)
        #expect(lines(captured) == store.linesAtBarrier)
    }

    @Test func theOrderOfChildrenIsTheDaemons() throws {
        let store = try FakeStore(Self.paths)
        store.beforeRequest = { store, number, _ in
            guard number == 45 else { return }
            store.remove("/local/domain/0")
            store.write("/local/domain/0/name", "back")
        }
        let captured = try capture(store)
        let homes = captured.nodes.map { String(decoding: $0.path.octets, as: UTF8.self) }.filter {
            $0.hasPrefix("/local/domain/") && $0.split(separator: "/").count == 3
        }
        #expect(homes == ["/local/domain/1", "/local/domain/0"])
    }

    @Test func aStoreThatNeverRestsGivesAnImageWithThePathsInDoubt() throws {
        let store = try FakeStore(Self.paths)
        store.beforeRequest = { store, number, _ in store.write("/vm/1/uuid", "\(number)") }
        var plan = StoreCapture()
        plan.timeout = .seconds(2)
        let captured = try capture(store, plan)
        let doubt = "/vm/1/uuid"
        #expect(captured.unsettled.last == Octets(doubt.utf8))
        // A round also reads the parent. It is in doubt if the time is over before that.
        #expect(Set(captured.unsettled).isSubset(of: [Octets("/vm/1".utf8), Octets(doubt.utf8)]))
        #expect(captured.rounds > 0)
        #expect(lines(captured).filter { !$0.hasPrefix(doubt) } == store.linesAtBarrier.filter { !$0.hasPrefix(doubt) })
    }

    @Test func aWalkThatDoesNotEndInTimeGivesNoImage() throws {
        let store = try FakeStore(Self.paths)
        var plan = StoreCapture()
        plan.timeout = .milliseconds(100)
        store.client.rate = 20
        let failure = #expect(throws: StoreCapture.Failure.self) { try capture(store, plan) }
        guard case .tooSlow = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    /// A release changes permissions without an event for the node.
    @Test func permissionsThatNameAGoneDomainAreReadAgainAfterARelease() throws {
        let store = try FakeStore(Self.paths)
        store.setPerms("/vm/1", ["n0", "r9"])
        store.beforeRequest = { store, number, _ in
            guard number == 60 else { return }
            store.setPerms("/vm/1", ["n0"], firing: false)
            store.fire("@releaseDomain")
        }
        #expect(try lines(capture(store)) == store.linesAtBarrier)
    }

    @Test func aPartIsReadWithItsAncestorsAndCoversOnlyItself() throws {
        let store = try FakeStore(Self.paths)
        var plan = StoreCapture()
        plan.top = Octets("/local/domain/1".utf8)
        let captured = try capture(store, plan)
        let ancestors = ["/  n0", "/local  n0", "/local/domain  n0"]
        #expect(lines(captured) == ancestors + store.lines.filter { $0.hasPrefix("/local/domain/1") })
        #expect(captured.coverage.covers(.nodes, Octets("/local/domain/1/name".utf8)))
        #expect(!captured.coverage.covers(.nodes, Octets("/local/domain/2".utf8)))
    }

    @Test func aPartThatIsNotThereIsAnError() throws {
        let store = try FakeStore(Self.paths)
        var plan = StoreCapture()
        plan.top = Octets("/local/domain/7".utf8)
        let failure = #expect(throws: StoreCapture.Failure.self) { try capture(store, plan) }
        guard case .request(let error) = failure else { return }
        #expect(error.name == .noEntry && error.subject == plan.top)
    }

    @Test func whatMayNotBeReadIsNotCovered() throws {
        let store = try FakeStore(Self.paths)
        store.hidden = ["/vm/1"]
        let captured = try capture(store)
        #expect(captured.unreadable.map(\.path) == [Octets("/vm/1".utf8)])
        #expect(!captured.coverage.covers(.nodes, Octets("/vm/1/uuid".utf8)))
        #expect(captured.coverage.covers(.nodes, Octets("/vm".utf8)))
        #expect(!captured.nodes.contains { $0.path.octets == Octets("/vm/1".utf8) })
    }

    // MARK: Transactions

    private func oxenstored() throws -> FakeStore {
        let store = try FakeStore(Self.paths)
        store.isOxenstored = true
        store.write("/tool/xenstored", "/usr/sbin/oxenstored")
        return store
    }

    @Test func oxenstoredIsReadInATransaction() throws {
        let store = try oxenstored()
        let captured = try capture(store)
        #expect(captured.daemon.isOxenstored == true)
        #expect(captured.method == .transaction)
        #expect(lines(captured) == store.lines)
    }

    @Test func aDaemonThatOnlyCallsItselfOxenstoredIsWalked() throws {
        let store = try oxenstored()
        store.isOxenstored = false
        let captured = try capture(store)
        #expect(captured.daemon.isOxenstored == nil)
        #expect(captured.method == .walk)
    }

    @Test func aTransactionThatIsRefusedIsDoneAgain() throws {
        let store = try FakeStore(Self.paths)
        store.commits = ["EAGAIN", "EAGAIN"]
        var plan = StoreCapture()
        plan.method = .transaction
        let captured = try capture(store, plan)
        #expect(captured.rounds == 2)
        #expect(lines(captured) == store.lines)
    }

    @Test func aTransactionThatIsAlwaysRefusedGivesNoImage() throws {
        let store = try FakeStore(Self.paths)
        store.commits = Array(repeating: "EAGAIN", count: 100_000)
        var plan = StoreCapture()
        plan.method = .transaction
        plan.timeout = .seconds(1)
        let failure = #expect(throws: StoreCapture.Failure.self) { try capture(store, plan) }
        guard case .neverCommitted = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }
}
