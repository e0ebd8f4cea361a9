import Testing
import XenstoreAnalysis
import XenstoreStream

/// Trees that no healthy daemon has.
@Suite struct NodeTreeTests {
    private func tree(_ bodies: [RecordBody]) throws -> NodeTree {
        try NodeTree(try Images.make(bodies))
    }

    private func list(_ tree: NodeTree, _ path: String = "/") throws -> String {
        var bytes: [UInt8] = []
        try Listing(showsPaths: true).list(tree, path: Octets(path.utf8)) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func children(_ tree: NodeTree, _ path: String) -> [String]? {
        tree.node(at: Octets(path.utf8))?.children.map { ChangeLine.text(tree.nodes[$0].path) }
    }

    @Test func childrenStandInTheOrderOfTheStream() throws {
        let tree = try tree([node("/"), node("/b"), node("/b/z"), node("/a"), node("/b/y")])
        #expect(children(tree, "/") == ["/b", "/a"])
        #expect(children(tree, "/b") == ["/b/z", "/b/y"])
        #expect(try list(tree) == "/b = \"\"\n/b/z = \"\"\n/b/y = \"\"\n/a = \"\"\n")
    }

    @Test func nodesWithoutAParentCanBeFoundAndAreNotListed() throws {
        let tree = try tree([node("@releaseDomain", "s"), node("/"), node("/x/y", "v"), node("a", "r"), node("", "e")])
        #expect(try list(tree) == "")
        for (path, value) in [("@releaseDomain", "s"), ("/x/y", "v"), ("a", "r"), ("", "e")] {
            #expect(tree.node(at: Octets(path.utf8))?.value == Octets(value.utf8), "'\(path)'")
        }
        #expect(tree.node(at: Octets("/x".utf8)) == nil)
        #expect(tree.nodes.count == 5)
    }

    @Test func aParentThatComesLaterHasNoChildren() throws {
        let tree = try tree([node("/"), node("/a/b"), node("/a")])
        #expect(children(tree, "/a") == [])
        #expect(try list(tree) == "/a = \"\"\n")
    }

    @Test func pathsWithDoubleAndLastSlashesAreNamesOfTheirOwn() throws {
        let tree = try tree([node("/"), node("/a", "1"), node("/a/", "2"), node("/a//b", "3"), node("//c", "4")])
        #expect(children(tree, "/a") == ["/a/"])
        #expect(children(tree, "/a/") == ["/a//b"])
        #expect(children(tree, "/") == ["/a", "//c"])
        #expect(tree.node(at: Octets("/a/".utf8))?.name == [])
        #expect(tree.node(at: Octets("//c".utf8))?.name == Octets("c".utf8))
    }

    @Test func aPathThatComesTwiceHasItsLastValueInItsFirstPlace() throws {
        let tree = try tree([node("/"), node("/a", "1"), node("/a/b"), node("/c"), node("/a", "2", "n7")])
        #expect(children(tree, "/") == ["/a", "/c"])
        #expect(children(tree, "/a") == ["/a/b"])
        #expect(tree.node(at: Octets("/a".utf8))?.value == Octets("2".utf8))
        #expect(tree.node(at: Octets("/a".utf8))?.perms.first?.domid == 7)
    }

    @Test func pendingNodesAreNotPartOfTheTree() throws {
        let tree = try tree([ring(1, of: 5), transaction(1, tx: 3), node("/"), pendingNode(1, tx: 3, "/p", "x")])
        #expect(tree.node(at: Octets("/p".utf8)) == nil)
        #expect(try list(tree) == "")
    }

    @Test func anImageWithoutNodesHasAnEmptyTree() throws {
        let tree = try tree([])
        #expect(tree.nodes.isEmpty)
        #expect(tree.node(at: Octets("/".utf8)) == nil)
    }

    @Test func thousandsOfLevelsAreListed() throws {
        let levels = 3000
        var bodies = [node("/")]
        var path = Octets()
        for _ in 0..<levels {
            path += [0x2F, 0x61]
            bodies.append(.node(NodeData(path: TerminatedString(path), value: [0x31], perms: permissions("n0"))))
        }
        let tree = try tree(bodies)
        var lines = 0
        var last: [UInt8] = []
        try Listing().list(tree, path: [0x2F]) {
            lines += 1
            last = $0
        }
        #expect(lines == levels)
        #expect(last == Array(repeating: 0x20, count: levels - 1) + Array(" = \"\\...\"\n".utf8))
    }
}
