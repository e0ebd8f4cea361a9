import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

/// Texts that end within a line: what would follow is unknown.
@Suite struct CutTextTests {
    private static let dump = Fixtures.bytes("oxenstored-4.17-small.dump")

    private static let flat = """
        /local/domain = ""   (n0)
        /local/domain/1 = ""   (n0,r1)
        /local/domain/1/name = "web"   (n0,r1)

        """
    private static let plain = """
        /local/domain = ""
        /local/domain/1 = ""
        /local/domain/1/name = "web"

        """
    private static let tree = """
        tool = ""   (n0)
        local = ""   (n0)
         domain = ""   (n0)
          1 = ""   (n0,r1)
           name = "web"   (n0,r1)

        """

    private func image(_ text: some Sequence<UInt8>, _ layout: Layout? = nil) throws -> ScannedImage {
        try ScannedImage(bytes: Array(text), layout: layout)
    }

    private func saysCut(_ image: ScannedImage) -> Bool {
        image.findings.contains { $0.rule == Rule.cutLine.rawValue }
    }

    @Test(arguments: [0, 10, 100, 10_000, 70_000]) func aStateThatIsCutOffAmongItsNodesDoesNotCoverNodes(
        _ rest: Int
    ) throws {
        let image = try image(Self.dump.dropLast(1 + rest))
        #expect(saysCut(image))
        let kinds: [Coverage.Kind] = [.permissions, .connections, .watches]
        #expect(Coverage.Kind.allCases.filter(image.coverage.covers) == kinds)
    }

    @Test func aStateThatIsCutOffAmongItsConnectionsDoesNotCoverThem() throws {
        let image = try image(Self.dump.prefix(300))
        #expect(saysCut(image) && Coverage.Kind.allCases.filter(image.coverage.covers) == [.permissions])
    }

    @Test func aStateThatEndsWithItsLastLineIsWhole() throws {
        let image = try image(Self.dump)
        #expect(!saysCut(image) && image.coverage == Layout.oxenstored.coverage)
    }

    /// Every place within the last line, apart from its end.
    @Test(arguments: [(Self.flat, Layout.listing), (Self.plain, .listing), (Self.tree, .tree)])
    func aListingThatEndsWithinALineCoversNoNodes(_ text: String, _ layout: Layout) throws {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let last = try #require(lines.last)
        let before = lines.dropLast().map { $0 + "\n" }.joined()
        for count in 1..<last.count {
            let image = try image((before + last.prefix(count)).utf8, layout)
            #expect(saysCut(image), "\(last.prefix(count))")
            #expect(!image.coverage.covers(.nodes), "\(last.prefix(count))")
        }
        // A text that is pasted may lose its last newline.
        for whole in [before + last, before + last + "\n", before] {
            #expect(try image(whole.utf8, layout).coverage.covers(.nodes), "\(whole)")
        }
    }

    /// An editor adds the newline.
    @Test func aValueThatIsNotClosedIsCutOffWithANewlineToo() throws {
        let image = try image("/tool = \"\"\n/tool/a = \"abc\n".utf8, .listing)
        #expect(saysCut(image) && !image.coverage.covers(.nodes))
    }

    @Test(arguments: ["root@host7:~# ", "[root@host7 ~]# ", "$ ls", "\nThat is all", "```"])
    func whatFollowsAListingIsNoCutLine(_ end: String) throws {
        let image = try image((Self.flat + end).utf8, .listing)
        #expect(image.coverage.covers(.nodes))
        #expect(!image.findings.contains { $0.message.contains("cut off in its last line") })
    }
}
