import TestSupport
import Testing

@testable import XenstoreStream

/// Requests change a store by the daemons' own rules, and what is not known stays so.
@Suite struct StoreStateTests {
    private func octets(_ text: String) -> Octets {
        Octets(text.utf8)
    }

    private func perms(_ text: String) -> [Permission]? {
        TextPermissions.read(octets(text), separator: ASCII.comma)
    }

    /// A store with these nodes, which covers all others.
    private func store(_ rules: StoreRules, _ nodes: [(String, String, String)] = []) -> StoreState {
        var state = StoreState(rules: rules)
        for (path, value, list) in [("/", "", "n0")] + nodes {
            state.load(
                octets(path), value: octets(value), knowledge: .whole, perms: perms(list), makesParents: false)
        }
        state.settle(Coverage([.nodes, .permissions, .special]))
        return state
    }

    private func change(
        _ kind: StoreChange.Kind, _ path: String, _ domid: UInt16? = 0, mayLackNode: Bool = false
    ) -> StoreChange {
        StoreChange(kind, octets(path), domid: domid, mayLackNode: mayLackNode)
    }

    private func write(_ path: String, _ value: String, _ domid: UInt16? = 0) -> StoreChange {
        change(.write(octets(value), .whole), path, domid)
    }

    /// `/a = x (n0)` for each node, the value or permissions `?` if they are not known.
    private func lines(_ state: StoreState) -> [String] {
        var lines: [String] = []
        state.forEachNode { path, node in
            let value = String(decoding: node.value, as: UTF8.self)
            let shown = node.knowledge == .unknown ? "?" : node.knowledge == .cut ? value + "..." : value
            let list = node.perms.map {
                String(decoding: TextPermissions.text($0, separator: ASCII.comma), as: UTF8.self)
            }
            lines.append("\(String(decoding: path, as: UTF8.self)) = \(shown) (\(list ?? "?"))")
        }
        return lines
    }

    // MARK: New nodes

    @Test func theMakerOwnsANewNodeOfAXenstored() {
        var state = store(.xenstored, [("/x", "1", "n0,w3,b4")])
        state.apply(write("/x/y/z", "v", 3))
        #expect(lines(state) == ["/ =  (n0)", "/x = 1 (n0,w3,b4)", "/x/y =  (n3,w3,b4)", "/x/y/z = v (n3,w3,b4)"])
    }

    @Test func domain0LeavesANewNodeToTheOwnerOfItsParent() {
        var state = store(.xenstored, [("/x", "1", "n3,r4")])
        state.apply(change(.mkdir, "/x/y"))
        #expect(lines(state).last == "/x/y =  (n3,r4)")
    }

    @Test func oxenstoredLeavesANewNodeToTheOwnerOfItsParent() {
        var state = store(.oxenstored, [("/x", "1", "n0,w3,b4")])
        state.apply(write("/x/y/z", "v", 3))
        #expect(lines(state).suffix(2) == ["/x/y =  (n0,w3,b4)", "/x/y/z = v (n0,w3,b4)"])
    }

    @Test func whoseANewNodeIsIsUnknownIfTheMakerIs() {
        var state = store(.xenstored, [("/x", "1", "n3")])
        state.apply(write("/x/y", "v", nil))
        #expect(lines(state).last == "/x/y = v (?)")
    }

    @Test func mkdirChangesNothingWhereANodeIs() {
        var state = store(.xenstored, [("/x", "1", "n3")])
        state.apply(change(.mkdir, "/x", 4))
        #expect(lines(state) == ["/ =  (n0)", "/x = 1 (n3)"])
    }

    @Test func aWriteKeepsThePermissions() {
        var state = store(.xenstored, [("/x", "1", "n3,b4")])
        state.apply(write("/x", "2", 4))
        #expect(lines(state).last == "/x = 2 (n3,b4)")
    }

    @Test func childrenAreInTheOrderOfTheirMaking() {
        var state = store(.xenstored, [("/b", "", "n0"), ("/b/z", "", "n0")])
        for path in ["/a", "/b/y", "/b/a"] { state.apply(change(.mkdir, path)) }
        state.apply(change(.rm, "/b/z"))
        state.apply(change(.mkdir, "/b/z"))
        #expect(lines(state).map { $0.prefix { $0 != " " } } == ["/", "/b", "/b/y", "/b/a", "/b/z", "/a"])
    }

    // MARK: Removal

    @Test func aRemovedNodeTakesAllBelowItAlong() {
        var state = store(.xenstored, [("/x", "1", "n0"), ("/x/y", "", "n0"), ("/x/y/z", "", "n0"), ("/xy", "", "n0")])
        state.apply(change(.rm, "/x"))
        #expect(lines(state) == ["/ =  (n0)", "/xy =  (n0)"])
        #expect(state.presence(octets("/x/y")) == .absent)
        state.apply(write("/x/y", "new"))
        #expect(lines(state).suffix(2) == ["/x =  (n0)", "/x/y = new (n0)"])
    }

    @Test func onlyOxenstoredRemovesWhatIsBelowTheRoot() {
        var (ours, theirs) = (store(.xenstored, [("/x", "", "n0")]), store(.oxenstored, [("/x", "", "n0")]))
        ours.apply(change(.rm, "/"))
        theirs.apply(change(.rm, "/"))
        #expect(lines(ours).count == 2)
        #expect(lines(theirs) == ["/ =  (n0)"])
    }

    // MARK: The end of a domain

    @Test func oxenstoredRemovesTheNodesOfADomainAndItsEntries() {
        var state = store(
            .oxenstored,
            [("/own", "", "n4,r3"), ("/own/sub", "", "n0,b4"), ("/other", "", "n0,b4,r3"), ("/x", "", "b3")])
        state.end(4, mayLoseEntries: false)
        #expect(lines(state) == ["/ =  (n0)", "/other =  (n0,r3)", "/x =  (b3)"])
    }

    /// A C xenstored says in its log what it removes.
    @Test func whatIsLeftOfADomainHasAnUnknownOwnerInAXenstored() {
        var state = store(.xenstored, [("/own", "", "n4"), ("/other", "", "n0,b4"), ("/x", "", "b3")])
        state.end(4, mayLoseEntries: false)
        #expect(lines(state).dropFirst() == ["/own =  (?)", "/other =  (n0,b4)", "/x =  (b3)"])
        state.end(4, mayLoseEntries: true)
        #expect(lines(state).dropFirst() == ["/own =  (?)", "/other =  (?)", "/x =  (b3)"])
        #expect(state.openDoubts.map { String(decoding: $0, as: UTF8.self) } == ["/other", "/own"])
    }

    @Test func domain0DoesNotEnd() {
        var state = store(.oxenstored, [("/x", "", "n0")])
        state.end(0, mayLoseEntries: true)
        #expect(lines(state).count == 2)
    }

    // MARK: Doubts

    @Test func aWriteOfUnknownOutcomeLeavesTheValueUnknown() {
        var state = store(.xenstored, [("/x", "1", "n0")])
        state.doubt(write("/x", "1"))
        #expect(lines(state).last == "/x = 1 (n0)")
        state.doubt(write("/x", "2"))
        #expect(lines(state).last == "/x = ? (n0)")
        state.apply(write("/x", "3"))
        #expect(lines(state).last == "/x = 3 (n0)")
        #expect(state.openDoubts.isEmpty)
    }

    @Test func aNodeThatMayHaveBeenMadeIsUnknownWithItsParents() {
        var state = store(.xenstored)
        state.doubt(write("/a/b/c", "1"))
        #expect(lines(state) == ["/ =  (n0)"])
        for path in ["/a", "/a/b", "/a/b/c", "/a/other"] { #expect(state.presence(octets(path)) == .unknown) }
        #expect(state.presence(octets("/b")) == .absent)
        #expect(!state.coverage.covers(.nodes, octets("/a/b")))
        #expect(state.coverage.covers(.nodes, octets("/b")))
        // A later request shows that they are there, not with which values.
        state.apply(write("/a/b", "2"))
        #expect(lines(state).suffix(2) == ["/a = ? (?)", "/a/b = 2 (?)"])
        #expect(state.presence(octets("/a/b/c")) == .unknown)
    }

    @Test func aNodeThatMayHaveBeenRemovedIsUnknown() {
        var state = store(.xenstored, [("/x", "1", "n0"), ("/x/y", "", "n0")])
        state.doubt(change(.rm, "/x"))
        #expect(state.presence(octets("/x/y")) == .unknown)
        state.apply(change(.rm, "/x"))
        #expect(state.presence(octets("/x/y")) == .absent)
        #expect(state.openDoubts.isEmpty)
    }

    @Test func permissionsThatMayHaveBeenSetAreUnknown() {
        var state = store(.xenstored, [("/x", "1", "n0")])
        state.doubt(change(.setPermissions(perms("n3")), "/x"))
        #expect(lines(state).last == "/x = 1 (?)")
        #expect(!state.coverage.covers(.permissions, octets("/x")))
        state.apply(change(.mkdir, "/x/y"))
        #expect(lines(state).last == "/x/y =  (?)")
    }

    /// oxenstored does not log by default that a node does not exist.
    @Test func permissionsOfNoNodeMayHaveFailedSilently() {
        var state = store(.oxenstored, [("/x", "1", "n0")])
        state.apply(change(.setPermissions(perms("n3")), "/y", mayLackNode: true))
        state.apply(change(.setPermissions(perms("n3")), "/x", mayLackNode: true))
        #expect(lines(state) == ["/ =  (n0)", "/x = 1 (n3)"])
        #expect(state.contradictions.isEmpty)
    }

    @Test func permissionsOfNoNodeThatWereSetContradictTheImage() {
        var state = store(.xenstored)
        state.apply(change(.setPermissions(perms("n3")), "/y/z"))
        #expect(state.contradictions.count == 1)
        #expect(lines(state).suffix(2) == ["/y = ? (?)", "/y/z = ? (n3)"])
    }

    @Test func aPathThatIsCutOffMeansEveryNodeThatBeginsSo() {
        var state = store(
            .oxenstored, [("/a", "", "n0"), ("/a/bc", "1", "n0"), ("/a/bc/d", "2", "n0"), ("/a/x", "3", "n0")])
        state.doubt(prefix: octets("/a/b"), removes: false)
        #expect(lines(state) == ["/ =  (n0)", "/a =  (n0)", "/a/bc = ? (?)", "/a/bc/d = ? (?)", "/a/x = 3 (n0)"])
        #expect(state.presence(octets("/a/new")) == .unknown)
        #expect(state.presence(octets("/new")) == .absent)
    }

    // MARK: Gaps

    @Test func afterAGapOnlyWhatWasWrittenSinceIsKnown() {
        var state = store(.xenstored, [("/x", "1", "n0"), ("/y", "", "n0")])
        state.forget()
        #expect(state.presence(octets("/x")) == .unknown)
        state.apply(write("/x/z", "2", 3))
        state.apply(change(.rm, "/x/z/w"))
        #expect(lines(state) == ["/ = ? (?)", "/x = ? (?)", "/x/z = 2 (?)"])
        #expect(state.presence(octets("/x/z/w")) == .absent)
        #expect(state.presence(octets("/x/z/v")) == .unknown)
        #expect(state.coverage.covers(.nodes, octets("/x/z/w/deep")))
        #expect(!state.coverage.covers(.nodes, octets("/y")))
        #expect(!state.coverage.covers(.special))
    }

    @Test func aListingOfAPartCoversThatPart() {
        var state = StoreState(rules: .oxenstored)
        let top = octets("/local/domain/5")
        state.load(
            Path.child(octets("name"), of: top), value: octets("web"), knowledge: .whole, perms: perms("n5"),
            makesParents: true)
        let part = Coverage([Coverage.Area(.nodes, root: top, includesRoot: false)])
        state.settle(part)
        #expect(state.presence(octets("/local/domain/5/x")) == .absent)
        #expect(state.presence(octets("/local/domain/6")) == .unknown)
        #expect(state.coverage.covers(.nodes, octets("/local/domain/5/x")))
        #expect(!state.coverage.covers(.nodes, octets("/local/domain/6")))
        #expect(!state.coverage.covers(.nodes, top))
    }

    /// What is covered is what is known to be there or not.
    @Test func coverageFollowsFromWhatIsKnown() {
        let names = ["a", "b", "c"]
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            func path() -> String {
                (0...random.below(3)).map { _ in "/" + names[random.below(3)] }.joined()
            }
            var state = store(random.below(2) == 0 ? .xenstored : .oxenstored, [("/a", "", "n0"), ("/b", "", "n3")])
            for _ in 0..<20 {
                let kinds: [StoreChange.Kind] = [
                    .write(octets("1"), .whole), .mkdir, .rm, .setPermissions(perms("n3,b4")),
                ]
                let asked = change(kinds[random.below(4)], path(), UInt16(random.below(3)), mayLackNode: true)
                switch random.below(12) {
                case 0: state.end(3, mayLoseEntries: false)
                case 1 where random.below(8) == 0: state.forget()
                case 2: state.doubt(prefix: octets(path()), removes: random.below(2) == 0)
                case 3...5: state.doubt(asked)
                default: state.apply(asked)
                }
            }
            let coverage = state.coverage
            for first in names {
                for second in [""] + names.map({ "/" + $0 }) {
                    let path = octets("/" + first + second)
                    switch state.presence(path) {
                    case .present: break
                    case .absent: #expect(coverage.covers(.nodes, path), "seed \(seed), \(first)\(second)")
                    case .unknown: #expect(!coverage.covers(.nodes, path), "seed \(seed), \(first)\(second)")
                    }
                }
            }
        }
    }

    // MARK: Rights

    @Test func theDaemonRefusesWhoMayNotWrite() {
        let state = store(.oxenstored, [("/x", "", "n0,r3,b4"), ("/y", "", "b0"), ("/z", "", "n5")])
        #expect(state.refuses(0, octets("/x"), owning: true) == false)
        #expect(state.refuses(3, octets("/x"), owning: false) == true)
        #expect(state.refuses(4, octets("/x/new/one"), owning: false) == false)
        #expect(state.refuses(4, octets("/x"), owning: true) == true)
        #expect(state.refuses(7, octets("/y"), owning: false) == false)
        #expect(state.refuses(5, octets("/z"), owning: true) == false)
        #expect(state.refuses(5, octets("/nothing"), owning: true) == nil)
    }
}
