import Testing
import XenstoreStream

@testable import XenstoreClient

/// The compact tree against one of dictionaries, under changes of every kind.
@Suite struct StoreTreeTests {
    private struct Model {
        struct Node: Equatable {
            var value: String
            var perms: [Permission]
            var children: [String]
        }

        var nodes: [String: Node] = [:]

        static func child(_ name: String, _ path: String) -> String {
            path == "/" ? "/" + name : "\(path)/\(name)"
        }

        mutating func remove(_ path: String) {
            guard let node = nodes.removeValue(forKey: path) else { return }
            for name in node.children { remove(Self.child(name, path)) }
        }

        /// - Returns: the children that are not there.
        mutating func store(_ path: String, _ node: Node) -> [String] {
            for name in nodes[path]?.children ?? [] where !node.children.contains(name) {
                remove(Self.child(name, path))
            }
            nodes[path] = node
            return node.children.map { Self.child($0, path) }.filter { nodes[$0] == nil }
        }

        func paths(_ top: String) -> [String] {
            guard let node = nodes[top] else { return [] }
            return [top] + node.children.flatMap { paths(Self.child($0, top)) }
        }
    }

    private func octets(_ text: String) -> Octets { Octets(text.utf8) }
    private func text(_ octets: Octets) -> String { String(decoding: octets, as: UTF8.self) }

    private func expectSame(_ tree: StoreTree, _ model: Model) throws {
        #expect(tree.count == model.nodes.count)
        for (path, node) in model.nodes {
            let found = try #require(tree.node(octets(path)))
            #expect(text(found.value) == node.value && found.perms == node.perms)
            #expect(tree.children(of: octets(path)).map(text) == node.children.map { Model.child($0, path) })
        }
        #expect(tree.paths(from: Path.root).map(text) == model.paths("/"))
        #expect(CapturedNodes(tree, from: Path.root, ancestors: []).map { text($0.path.octets) } == model.paths("/"))
        #expect(CapturedNodes(tree, from: Path.root, ancestors: []).count == model.paths("/").count)
    }

    @Test(arguments: [1, 2, 3]) func aTreeIsThatOfTheNodesStored(_ seed: UInt64) throws {
        var random = Numbers(state: seed)
        var tree = StoreTree()
        var model = Model()
        tree.touched = []
        let names = ["a", "b", "c", "device", "state"]
        for step in 0..<3000 {
            let depth = Int.random(in: 0...4, using: &random)
            let path = (0..<depth).reduce("/") { path, _ in
                Model.child(names[Int.random(in: 0..<names.count, using: &random)], path)
            }
            if Int.random(in: 0..<5, using: &random) == 0 {
                tree.remove(octets(path))
                model.remove(path)
                #expect(!tree.contains(octets(path)))
            } else {
                let node = Model.Node(
                    value: String(repeating: "v", count: Int.random(in: 0..<200, using: &random)),
                    perms: [Permission(perm: ASCII.n, domid: UInt16.random(in: 0..<60000, using: &random))],
                    children: names.shuffled(using: &random).filter { _ in Bool.random(using: &random) })
                let missing = tree.store(
                    octets(path), value: octets(node.value), perms: Permission.bytes(of: node.perms, .native),
                    children: node.children.map(octets))
                #expect(missing.map(text) == model.store(path, node))
                #expect(tree.lists(octets(Model.child("a", path)), of: octets(path)) == node.children.contains("a"))
            }
            if step % 500 == 0 { try expectSame(tree, model) }
        }
        try expectSame(tree, model)
        let domids = Set(model.nodes.values.flatMap { $0.perms.map(\.domid) })
        #expect(tree.namedDomids == domids)
        let domid = try #require(domids.first)
        let naming = model.nodes.filter { $0.value.perms[0].domid == domid }.keys
        #expect(Set(tree.paths(naming: [domid]).map(text)) == Set(naming))
    }

    @Test func onlyWhatIsDifferentIsTouched() {
        var tree = StoreTree()
        let perms = Permission.bytes(of: [Permission(perm: ASCII.n, domid: 0)], .native)
        func store(_ path: String, _ value: String, _ children: [String]) {
            _ = tree.store(octets(path), value: octets(value), perms: perms, children: children.map(octets))
        }
        store("/", "", ["a", "b"])
        store("/a", "1", [])
        store("/b", "1", [])
        tree.touched = []
        store("/", "", ["a", "b"])
        store("/a", "1", [])
        #expect(tree.touched == [])
        store("/b", "2", [])
        #expect(tree.touched == [octets("/b")])
        tree.touched = []
        store("/", "", ["b"])
        #expect(tree.touched == [octets("/"), octets("/a")])
    }

    /// What is replaced is given back: a recorder's tree does not grow with the changes.
    @Test func replacedBytesAndListsAreGivenBack() {
        var tree = StoreTree()
        for step in 0..<20_000 {
            let perms = (0..<4).map { Permission(perm: ASCII.r, domid: UInt16(truncatingIfNeeded: step &* 7 + $0)) }
            _ = tree.store(
                octets("/node"), value: octets(String(repeating: "x", count: 1000)),
                perms: Permission.bytes(of: perms, .native), children: [])
        }
        #expect(tree.count == 1)
        #expect(tree.byteCount < 3 << 20)
        #expect(tree.node(octets("/node"))?.perms.first?.domid == UInt16(truncatingIfNeeded: 19_999 * 7))
    }

    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ state >> 29) &* 0x9E37_79B9_7F4A_7C15
        }
    }
}
