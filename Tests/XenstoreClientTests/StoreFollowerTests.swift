import Testing
import XenstoreClient
import XenstoreStream

/// A store that is followed: what was read is always the store at the last barrier.
@Suite struct StoreFollowerTests {
    private static let paths = [
        "/local/domain/0/name": "host", "/local/domain/1/name": "web", "/local/domain/1/device/vif/0/state": "4",
        "/vm/1/uuid": "u",
    ]
    private static let patience = Duration.seconds(20)

    private func lines(_ follower: StoreFollower) throws -> [String] {
        try follower.image().nodes.map { node in
            let perms = node.perms.map { "\(Character(Unicode.Scalar($0.perm)))\($0.domid)" }.joined(separator: ",")
            return "\(String(decoding: node.path.octets, as: UTF8.self)) "
                + "\(String(decoding: node.value, as: UTF8.self)) \(perms)"
        }.sorted()
    }

    /// A follower of a store that one request after the first reading changes.
    private func following(
        _ change: @escaping @Sendable (FakeStore) -> Void,
        _ body: (StoreFollower, FakeStore) throws -> Void
    ) throws {
        let store = try FakeStore(Self.paths)
        nonisolated(unsafe) var isReady = false
        store.beforeRequest = { store, _, message in
            // A request that no capture sends, which the test sends for this.
            guard message.type == 8, !isReady else { return }
            isReady = true
            change(store)
        }
        store.serve()
        defer { store.stop() }
        let follower = try StoreFollower(store.client, timeout: Self.patience)
        #expect(try lines(follower) == store.linesAtBarrier)
        #expect(!follower.isChanged)
        _ = try? store.client.ask(StoreRequest(.introduce, "1", "1", "1"))
        try body(follower, store)
    }

    @Test(arguments: 0..<7) func anUpdateReadsWhatEventsNameAndWhatTheyDoNot(_ kind: Int) throws {
        try following {
            switch kind {
            case 0: $0.write("/vm/1/uuid", "new")
            case 1: $0.write("/new/tree/leaf", "v")
            case 2: $0.remove("/local/domain/1")
            case 3:
                $0.remove("/local/domain/1")
                $0.write("/local/domain/1/device/vif/1/state", "1")
            case 4: $0.setPerms("/vm", ["n0", "r7"])
            case 5:
                $0.remove("/vm")
                $0.write("/vm/1", "again")
            default: $0.write("/", "root")
            }
        } _: { follower, store in
            try follower.wait(.zero)
            #expect(follower.isBehind)
            let before = store.client.requestCount
            try follower.update(timeout: Self.patience)
            #expect(!follower.isBehind && follower.isChanged)
            // Not everything was read again.
            #expect(store.client.requestCount - before < 3 * Self.paths.count * 3)
            #expect(try lines(follower) == store.linesAtBarrier)
            follower.forgetChanges()
            #expect(!follower.isChanged)
        }
    }

    @Test func anEventThatChangesNothingIsNoChange() throws {
        try following {
            $0.write("/vm/1/uuid", "u")
        } _: { follower, _ in
            try follower.wait(.zero)
            #expect(follower.isBehind)
            try follower.update(timeout: Self.patience)
            #expect(!follower.isChanged)
        }
    }

    @Test func aStoreAtRestIsNotAsked() throws {
        try following { _ in
        } _: { follower, store in
            let before = store.client.requestCount
            try follower.wait(.milliseconds(50))
            #expect(!follower.isBehind && !follower.isChanged)
            #expect(store.client.requestCount == before)
        }
    }

    @Test func aSweepFindsWhatNoEventNames() throws {
        try following {
            $0.setPerms("/vm/1/uuid", ["n0", "r9"], firing: false)
            $0.write("/local/domain/0/name", "other")
        } _: { follower, store in
            try follower.wait(.zero)
            let (silent, isWhole) = try follower.sweep(timeout: Self.patience, settling: Self.patience)
            #expect(isWhole)
            #expect(silent.contains(Octets("/vm/1/uuid".utf8)))
            #expect(follower.isChanged)
            #expect(try lines(follower) == store.linesAtBarrier)
            #expect(try follower.sweep(timeout: Self.patience, settling: Self.patience).silent == [])
            #expect(follower.isChanged, "what is not stored yet is not forgotten")
        }
    }

    /// A sweep that is cut off has only not checked the rest.
    @Test func aSweepWithoutTimeLeavesNothingInDoubt() throws {
        try following { _ in
        } _: { follower, store in
            let (silent, isWhole) = try follower.sweep(timeout: .zero, settling: Self.patience)
            #expect(silent == [] && !isWhole)
            #expect(try follower.image().unsettled == [])
            #expect(try lines(follower) == store.linesAtBarrier)
        }
    }

    @Test func permissionsThatNameAReleasedDomainAreReadAgain() throws {
        try following {
            $0.setPerms("/vm/1/uuid", ["n0", "r7"])
            $0.setPerms("/vm/1/uuid", ["n0"], firing: false)
            $0.fire("@releaseDomain")
        } _: { follower, store in
            try follower.wait(.zero)
            try follower.update(timeout: Self.patience)
            #expect(try lines(follower) == store.linesAtBarrier)
        }
    }

    @Test func aConnectionThatEndsIsAnError() throws {
        try following {
            $0.stop()
        } _: { follower, _ in
            #expect(throws: StoreError.self) { try follower.wait(Self.patience) }
        }
    }
}
