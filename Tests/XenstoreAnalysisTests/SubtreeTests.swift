import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// A part of the tree, which `ls` and `cat` read without the rest.
@Suite struct SubtreeTests {
    private func list(_ tree: NodeTree, _ path: Octets) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try Listing(showsPaths: true, showsPerms: true).list(tree, path: path) { bytes += $0 }
        return bytes
    }

    /// Compares the part of every node with the same part of the whole tree.
    private func expectSame(_ source: ImageSource, every step: Int = 1) throws {
        let whole = try NodeTree(source)
        for (index, node) in whole.nodes.enumerated() where index % step == 0 && node.path.last != ASCII.slash {
            let part = try NodeTree(source, atOrBelow: node.path)
            #expect(part.node(at: node.path)?.value == node.value, "\(ChangeLine.text(node.path))")
            guard Path.isFixed(node.path) else { continue }
            #expect(try list(part, node.path) == list(whole, node.path), "\(ChangeLine.text(node.path))")
        }
    }

    @Test(arguments: [
        "xen-4.17-odd.bin", "xen-4.17-tx.bin", "xen-4.22-small.bin", "oxenstored-4.17-small.dump",
        "listings/xen-4.17-small.ls-fp.txt",
    ]) func aPartOfAFileAndOfAnArchivedImageIsThatOfTheWhole(_ name: String) throws {
        let bytes = Fixtures.bytes(name)
        try expectSame(Images.source(bytes), every: 7)
        let archive = try Archive.inMemory()
        let outcome = try Importer(archive).store(ScannedImage(bytes: bytes), label: ImageLabel(name: name))
        try expectSame(ImageSource(archive, archive.image(id: outcome.imageID)), every: 7)
    }

    @Test func pathsThatAreNotTextAndReorderedImagesHaveTheirPartsToo() throws {
        let odd: [RecordBody] = [
            [0x2F, 0x61], [0x2F, 0x61, 0x2F, 0xFF], [0x2F, 0x61, 0x2F, 0xFF, 0x2F, 0x62], [0x2F, 0x61, 0x2E],
            [0x2F, 0x61, 0x30], [0x2F, 0xFE], [0x2F, 0xFE, 0x2F, 0x63],
        ].map { .node(NodeData(path: TerminatedString(Octets($0)), value: [1], perms: permissions("n0"))) }
        let bodies = [node("/")] + odd
        let archive = try Archive.inMemory()
        for (name, bodies) in [("one", bodies), ("other", [bodies[0]] + odd.reversed())] {
            let image = try ScannedImage(bytes: Images.encode(bodies, StreamFormat(layout: .v1)), layout: .v1)
            let outcome = try Importer(archive).store(image, label: ImageLabel(name: name))
            try expectSame(ImageSource(archive, archive.image(id: outcome.imageID)))
            try expectSame(ImageSource(name: name, file: image))
        }
    }

    @Test func whatIsAbsentIsLookedForInTheWholeTree() throws {
        let tree = try NodeTree(Images.fixture("xen-4.17-small.bin"), atOrBelow: Octets("/local/domian/1".utf8))
        #expect(tree.nearest(to: Octets("/local/domian/1".utf8)) == Octets("/local/domain/1".utf8))
    }
}
