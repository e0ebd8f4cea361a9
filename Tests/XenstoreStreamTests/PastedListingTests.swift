import TestSupport
import Testing

@testable import XenstoreStream

/// Listings as people have them in hand: pasted, mailed, wrapped, quoted, in parts.
@Suite struct PastedListingTests {
    /// What a file of `pastes/` says.
    struct Paste: CustomTestStringConvertible, Sendable {
        let name: String
        /// For each listing: the number of nodes, and where they hang.
        let listings: [(nodes: Int, root: String, source: TreeRoot.Source)]

        var testDescription: String { name }
    }

    static let pastes = [
        Paste(name: "fenced-session-subtree.md", listings: [(24, "/local/domain/3/backend/vif", .command)]),
        Paste(name: "fenced-tree.md", listings: [(13, "", .unknown)]),
        Paste(name: "subtree-fenced-by-indent.md", listings: [(25, "", .unknown)]),
        Paste(
            name: "three-listings.md", listings: [(4, "attr/vif", .command), (5, "", .unknown), (4, "", .unknown)]),
        Paste(name: "two-fragments.txt", listings: [(20, "", .unknown), (17, "", .unknown)]),
        Paste(name: "mail-wrapped-fp.txt", listings: [(127, "/", .paths)]),
        Paste(name: "grep-wrapped-f.txt", listings: [(24, "/", .paths)]),
        Paste(name: "tree-cut-value.txt", listings: [(57, "/", .content)]),
        Paste(name: "relative-fp.txt", listings: [(7, "", .unknown)]),
        Paste(name: "guest-relative-f.txt", listings: [(11, "", .unknown)]),
        Paste(
            name: "ls-p-with-errors.txt",
            listings: [(4, "/local/domain/2/foo", .command), (3, "/local/domain/2/foo", .command)]),
        Paste(name: "subtree-f.txt", listings: [(15, "/", .paths)]),
        Paste(name: "path-equals-value.txt", listings: [(12, "/", .paths)]),
        Paste(name: "irregular-indents.txt", listings: [(10, "", .unknown)]),
        Paste(name: "real/tty80-ls.txt", listings: [(1133, "/", .content)]),
        Paste(name: "real/tty120-ls-p.txt", listings: [(1133, "/", .content)]),
        Paste(name: "real/tty80-ls-f.txt", listings: [(1133, "/", .paths)]),
        Paste(name: "real/ls-sub.txt", listings: [(101, "", .unknown)]),
        Paste(name: "real/ls-p-sub.txt", listings: [(101, "", .unknown)]),
    ]

    /// The listings of a text, each with its nodes.
    static func read(_ text: [UInt8], root: TreeRoot? = nil) throws -> [(image: TextImage, nodes: [NodeData])] {
        try ListingPart.all(in: text).map { part in
            let bytes = Array(text[part.range])
            let image = try TextImage(bytes, layout: part.layout, root: root)
            return (image, try nodes(image, part.layout))
        }
    }

    static func nodes(_ image: TextImage, _ layout: Layout) throws -> [NodeData] {
        var cursor = try RecordCursor(bytes: image.stream, format: StreamFormat(text: layout), source: .text)
        var nodes: [NodeData] = []
        var text: [UInt8] = []
        while let item = try cursor.next() {
            guard let record = cursor.record(item) else { continue }
            text += TextImage.line(of: record, layout: layout)
            if case .node(let node) = record.body { nodes.append(node) }
        }
        #expect(text == image.text)
        return nodes
    }

    private func node(_ path: String, in nodes: [NodeData]) throws -> NodeData {
        try #require(nodes.first { $0.path.octets.elementsEqual(path.utf8) }, "\(path)")
    }

    private func rules(_ image: TextImage) -> Set<Rule> {
        Set(image.remarks.map(\.rule))
    }

    @Test(arguments: pastes) func aPasteGivesItsListings(_ paste: Paste) throws {
        let text = Fixtures.bytes("pastes/" + paste.name)
        let found = try Self.read(text)
        try #require(found.count == paste.listings.count)
        for (listing, expected) in zip(found, paste.listings) {
            #expect(listing.nodes.count == expected.nodes)
            #expect(listing.image.root == TreeRoot(Octets(expected.root.utf8), expected.source))
        }
        // The parts cover the text.
        #expect(found.flatMap(\.image.text) == text)
    }

    @Test func everyPasteIsInTheList() {
        let names = Files.list(Fixtures.path("pastes")).filter { $0 != "real" }
        #expect(names.sorted() == Self.pastes.map(\.name).filter { !$0.hasPrefix("real/") }.sorted())
    }

    @Test func wrappedValuesAreWholeAgain() throws {
        let wrapped = try #require(try Self.read(Fixtures.bytes("pastes/mail-wrapped-fp.txt")).first)
        #expect(rules(wrapped.image) == [.unwrappedLine, .otherText])
        let frontend = try node("/local/domain/0/backend/console/1/0/frontend", in: wrapped.nodes)
        #expect(frontend.value.elementsEqual("/local/domain/1/console".utf8))
        #expect(frontend.perms == [Permission(perm: 0x6E, domid: 0), Permission(perm: 0x72, domid: 1)])
        #expect(wrapped.nodes.allSatisfy { !$0.perms.isEmpty })
        let grep = try #require(try Self.read(Fixtures.bytes("pastes/grep-wrapped-f.txt")).first)
        let backend = try node("/local/domain/2/device/vdispl/0/backend", in: grep.nodes)
        #expect(backend.value.elementsEqual("/local/domain/1/backend/vdispl/2/0".utf8))
    }

    @Test func aCutValueIsKnownInPart() throws {
        let cut = try #require(try Self.read(Fixtures.bytes("pastes/tree-cut-value.txt")).first)
        let params = try node("/local/domain/0/backend/vbd/1/51712/params", in: cut.nodes)
        #expect(ValueKnowledge(params, .tree) == .cut)
        #expect(params.value.elementsEqual("/OVS/Repositories/0004fb0000030000bbbbbbbbbbbbbbbb/VirtualD".utf8))
        #expect(cut.nodes.count(where: { ValueKnowledge($0, .tree) != .whole }) == 1)
    }

    @Test func aNodeThatCouldNotBeReadIsThereAndUnknown() throws {
        let second = try Self.read(Fixtures.bytes("pastes/ls-p-with-errors.txt"))[1]
        let three = try node("/local/domain/2/foo/three", in: second.nodes)
        #expect(ValueKnowledge(three, .tree) == .unknown && three.perms.isEmpty)
        // The tool failed there, so nothing is said about what would follow.
        #expect(!second.image.coverage.covers(.nodes, Octets("/local/domain/2/foo/four".utf8)))
        #expect(rules(second.image).contains(.listingError))
    }

    @Test func aTreeIsReadAsFarAsItsIndentationMakesSense() throws {
        let text = "# xenstore-ls /a\nb = \"\"\n   c = \"1\"\n d = \"2\"\n  e = \"3\"\n"
        let listing = try #require(try Self.read(Array(text.utf8)).first)
        #expect(listing.nodes.map { Escape.printable($0.path.octets) } == ["/a/b", "/a/b/c"])
        let remark = try #require(listing.image.remarks.first { $0.rule == .treeIndentation })
        #expect(remark.record == 4 && remark.message.hasPrefix("2 lines from here on are not used"))
    }

    @Test func aPathThatOccursTwiceHasItsLastValue() throws {
        let text = "/x = \"\"\n/x/a = \"1\"\n/x/b = \"2\"\n/x/a = \"3\"\n"
        let listing = try #require(try Self.read(Array(text.utf8)).first)
        #expect(listing.nodes.map { String(decoding: $0.value, as: UTF8.self) } == ["", "2", "3"])
        #expect(rules(listing.image) == [.duplicateNode, .unknownLine])
        // The same listing again is another one.
        #expect(ListingPart.all(in: Array((text + text).utf8)).count == 2)
    }

    @Test func whatATextSaysIsLeftOutIsNotCovered() throws {
        let text = "# xenstore-ls -f\n/x = \"\"\n[...]\n/y = \"1\"\n"
        let listing = try #require(try Self.read(Array(text.utf8)).first)
        #expect(listing.nodes.count == 2 && !listing.image.coverage.covers(.nodes, Octets("/z".utf8)))
        #expect(rules(listing.image).contains(.filteredListing))
    }

    @Test func permissionsMayStandOnALineOfTheirOwn() throws {
        let text = "/x = \"\"   (n0)\n/x/name = \"a long value\"\n   (n0,r5)\n"
        let listing = try #require(try Self.read(Array(text.utf8)).first)
        #expect(try node("/x/name", in: listing.nodes).perms.count == 2)
        #expect(rules(listing.image) == [.unwrappedLine])
    }

    @Test func aCommandThatAShellCompletedHasAnUnknownRoot() throws {
        for command in [
            "xenstore-ls `a | b`", "xenstore-ls $X", "xenstore-ls \"$(x | grep y)\"", "sudo xenstore-ls $X -p",
        ] {
            let text = "root@dom0:~# \(command)\na = \"\"\n b = \"1\"\n"
            let listing = try #require(try Self.read(Array(text.utf8)).first, "\(command)")
            #expect(listing.image.root.source == .unknown && listing.nodes.count == 2, "\(command)")
            #expect(!rules(listing.image).contains(.filteredListing), "\(command)")
        }
    }

    /// What tickets have beside and between the lines of nodes.
    @Test(arguments: [
        // A remark after a value is not the value's, and the next node is its own.
        (
            "# xenstore-ls /d\na = \"1\"\nb = \"4\"   <-- here\nc = \"0\"\n d = \"2\"\n",
            ["/d/a=1", "/d/c=0", "/d/c/d=2"]
        ),
        // Fences on the lines of nodes and commands.
        ("```/tool = \"\"\n/tool/a = \"1\"```\n", ["/tool=", "/tool/a=1"]),
        ("{code}root@x:~# xenstore-ls /d\na = \"\"\n b = \"1\"\n{code}\n", ["/d/a=", "/d/a/b=1"]),
        // What is no path.
        ("# xenstore-ls -p /d; date\na = \"\"\n b = \"1\"\n", ["/d/a=", "/d/a/b=1"]),
        ("# xenstore-ls /d&& date\na = \"\"\n b = \"1\"\n", ["/d/a=", "/d/a/b=1"]),
        ("## xenstore-ls output from dom0 A\na = \"\"\n b = \"1\"\n", ["a=", "a/b=1"]),
        ("# xenstore-ls before\nlocal = \"\"\n domain = \"\"\n", ["/local=", "/local/domain="]),
        ("# xenstore-ls /d /e\na = \"\"\n b = \"1\"\n", ["a=", "a/b=1"]),
        // A quoted mail that was quoted-printable.
        (
            "> # xenstore-ls -f /d\n> /d/a =3D \"x=\n> y\"\n> /d/b =3D \"1\"\n> /d/c =3D \"2\"\n",
            ["/d/a=xy", "/d/b=1", "/d/c=2"]
        ),
        // A command without a prompt.
        ("xenstore-ls\na = \"\"\n b = \"1\"\n", ["/a=", "/a/b=1"]),
        // A command says nothing about a listing after other text.
        (
            "# xenstore-ls /d\nxenstore-ls: xs_directory (/d): No such file\n\nand:\n\na = \"\"\n b = \"1\"\n",
            ["a=", "a/b=1"]
        ),
        // Lines of other programs.
        ("/x/a.txt:/local/a = \"4\"\n/local/b = \"\"\n/local/b/c = \"1\"\n", ["/local/b=", "/local/b/c=1"]),
        // Indented text around a value that was taken out, and tabs of an editor.
        ("/a = \"\"   (n0)\n/a/b = <filtered for security>   (n0)\n", ["/a=", "/a/b="]),
        ("/a = \"\"\t(n0)\n/a/b\t=\t\"1\"   (n0)\n", ["/a=", "/a/b=1"]),
        // An answer within a quotation.
        (
            "> # xenstore-ls /d\n> a = \"\"\n>  b = \"4\"\n b = \"2\"\n>  c = \"0\"\n",
            ["/d/a=", "/d/a/b=4", "/d/a/c=0"]
        ),
    ])
    func whatStandsBesideNodesIsNoNode(_ text: String, _ expected: [String]) throws {
        let listings = try Self.read(Array(text.utf8))
        let nodes = listings.flatMap(\.nodes).map {
            String(decoding: $0.path.octets, as: UTF8.self) + "=" + String(decoding: $0.value, as: UTF8.self)
        }
        #expect(nodes == expected)
    }

    @Test(arguments: [
        ("# xenstore-ls -f 2>/dev/null | head -20", true), ("# xenstore-ls -f|grep vif", true),
        ("# xenstore-ls -f | tee x | head -20", true), ("# xenstore-ls -f | cat | sed -n 1,20p", true),
        ("# xenstore-ls -f 2>/dev/null | less", false), ("# xenstore-ls -f > x; cat x", false),
        ("# xenstore-ls -f; xl list", false), ("# xenstore-ls -fp | tee listing.txt", false),
    ])
    func aPipeThatTakesLinesOutIsSeen(_ command: String, _ isFiltered: Bool) throws {
        let text = command + "\n/a = \"\"\n/a/b = \"1\"\n"
        let listing = try #require(try Self.read(Array(text.utf8)).first)
        #expect(rules(listing.image).contains(.filteredListing) == isFiltered)
        #expect(listing.image.coverage.covers(.nodes, Octets("/x".utf8)) == !isFiltered)
    }

    @Test(arguments: [
        "/var/log/xen:\na.log\n", "/bin/foo=bar\n", "tool = \"\"\nlocal = \"\"\ndomain = \"\"\n0 = \"\"\n",
        "--- a\n+++ b\n@@ -1,2 +1,2 @@\n-/local/a = \"1\"\n+/local/a = \"2\"\n /local/b = \"\"\n",
    ])
    func whatIsNoListingIsNone(_ text: String) throws {
        #expect(ListingPart.all(in: Array(text.utf8)).isEmpty)
    }

    @Test func fewBrokenLinesDoNotShowWhetherThereWasABlank() throws {
        let line = "/local/domain/1/image/cmdline = \"root=/dev/xvda1 ro console=hvc0 quiet\nsplash\"\n"
        let text = line + line.replacing("/1/", with: "/2/")
        let listing = try #require(try Self.read(Array(text.utf8)).first)
        #expect(listing.nodes.allSatisfy { ValueKnowledge($0, .listing) == .cut && $0.value.last == UInt8(ascii: "t") })
    }

    @Test func aFilteredValueIsUnknown() throws {
        let text = Fixtures.bytes("status-report/bug-report-20240105120000/xenstore-ls-f.out")
        let report = try #require(try Self.read(text).first)
        let clipboard = try node("/local/domain/1/data/set_clipboard", in: report.nodes)
        #expect(ValueKnowledge(clipboard, .listing) == .unknown && clipboard.value.isEmpty)
    }

    // MARK: Roots and coverage

    @Test func aRootThatSomebodyGivesMakesPathsWhole() throws {
        let home = TreeRoot(Octets("/local/domain/7".utf8), .option)
        for (name, path) in [
            ("relative-fp.txt", "/local/domain/7/backend/vif/46/0/state"),
            ("fenced-tree.md", "/local/domain/7/vif/0/mac"),
            ("guest-relative-f.txt", "/local/domain/7/device/vbd/51712/state"),
        ] {
            let listing = try #require(try Self.read(Fixtures.bytes("pastes/" + name), root: home).first)
            _ = try node(path, in: listing.nodes)
            #expect(listing.image.root == home)
            #expect(listing.nodes.allSatisfy { Path.isAtOrBelow($0.path.octets, home.path) })
        }
        // What the command names is below it; read again with the whole root, it is the same.
        let text = Fixtures.bytes("pastes/three-listings.md")
        let part = Array(text[ListingPart.all(in: text)[0].range])
        let first = try TextImage(part, layout: .tree, root: home)
        #expect(first.root == TreeRoot(Octets("/local/domain/7/attr/vif".utf8), .option))
        let again = try TextImage(part, layout: .tree, root: first.root)
        #expect(again.stream == first.stream && again.root == first.root)
    }

    @Test func aListingCoversWhatItsCommandAsksFor() throws {
        func covers(_ name: String, _ paths: [String: Bool]) throws {
            let coverage = try #require(try Self.read(Fixtures.bytes("pastes/" + name)).first).image.coverage
            for (path, expected) in paths {
                #expect(coverage.covers(.nodes, Octets(path.utf8)) == expected, "\(name): \(path)")
            }
        }
        try covers("mail-wrapped-fp.txt", ["/": false, "/x": true, "/local/domain/9": true])
        try covers("grep-wrapped-f.txt", ["/x": false, "/local/domain/1/backend/vdispl/2/0/x": false])
        try covers(
            "fenced-session-subtree.md",
            ["/local/domain/3/backend/vif": false, "/local/domain/3/backend/vif/6": true, "/local/domain/3/x": false])
        try covers("subtree-f.txt", ["/local/domain/5/attr/eth2/x": true, "/local/domain/5/attr/eth4": false])
        try covers("fenced-tree.md", ["vif/1": true, "vbd": false, "/vif/1": false])
        try covers("path-equals-value.txt", ["/tool/x": false])
        try covers("real/tty80-ls.txt", ["/x": true, "@releaseDomain": false])
    }

    @Test func permissionsAreCoveredIfTheListingHasThem() throws {
        for (name, expected) in [
            ("real/tty120-ls-p.txt", true), ("real/tty80-ls.txt", false), ("relative-fp.txt", true),
        ] {
            let listing = try #require(try Self.read(Fixtures.bytes("pastes/" + name)).first)
            #expect(listing.image.coverage.covers(.permissions) == expected, "\(name)")
        }
    }

    // MARK: One host in all forms

    @Test(arguments: [
        "listings/xen-4.17-small.ls-fp.txt", "listings/xen-4.17-small.ls-f.txt", "listings/xen-4.17-small.ls-p.txt",
        "listings/xen-4.17-small.ls.txt", "pastes/real/tty80-ls.txt", "pastes/real/tty120-ls-p.txt",
        "pastes/real/tty80-ls-f.txt",
    ])
    func theFormsOfOneHostGiveTheSameNodes(_ name: String) throws {
        let expected = try HostNodes()
        let part = try #require(ListingPart.all(in: Fixtures.bytes(name)).first)
        let listing = try #require(try Self.read(Fixtures.bytes(name)).first)
        #expect(listing.nodes.count == 1133)
        let wrong = listing.nodes.filter { !expected.agrees($0, part.layout) }
        #expect(wrong.isEmpty, "\(wrong.prefix(3).map { Escape.short($0.path.octets) })")
    }
}
