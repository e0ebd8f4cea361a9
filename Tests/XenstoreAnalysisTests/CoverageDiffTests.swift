import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// The comparison of images of which one says less than the other.
@Suite struct CoverageDiffTests {
    private let archive: Archive

    init() throws {
        archive = try Archive.inMemory()
    }

    private func listing(
        _ lines: [String], _ areas: [Coverage.Area] = Listings.host, cut: [String] = [], unknown: [String] = []
    ) throws -> ImageSource {
        // Each in an archive of its own: a mark changes the nodes that two images share.
        try Listings.archived(lines, covering: areas, cut: cut, unknown: unknown, in: try Archive.inMemory())
    }

    private func changes(_ old: ImageSource, _ new: ImageSource) throws -> [String] {
        try Diff(old, new).changes.map { change in
            let path = change.path.map(ChangeLine.text) ?? ""
            let differences = change.differences.map {
                "\($0.name) \(ChangeLine.text($0.old)) \(ChangeLine.text($0.new))"
            }
            return ([change.action.rawValue, change.kind.rawValue, path] + differences).joined(separator: " ")
        }
    }

    @Test(arguments: ["tiny", "small"]) func aHostIsTheSameInAStreamAndInAListing(_ name: String) throws {
        let stream = try Images.fixture("xen-4.17-\(name).bin")
        for form in ["ls-fp", "ls-f"] {
            let text = Fixtures.bytes("listings/xen-4.17-\(name).\(form).txt")
            let areas = Listings.host + (form == "ls-fp" ? [Listings.subtree("/", .permissions)] : [])
            let listing = try listing(
                String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init), areas)
            for (old, new) in [(stream, listing), (listing, stream)] {
                let diff = try Diff(old, new)
                #expect(diff.changes.isEmpty, "\(diff.lines)")
                #expect(!diff.omissions.isEmpty)
            }
        }
    }

    @Test func whatIsLeftOutIsNamedWithItsReason() throws {
        let stream = try Images.make([node("/", "", "n0"), node("/a", "1", "n0"), node("/b", "2", "n0")])
        let listing = try listing(["/a = \"1\""], [Listings.subtree("/a")])
        #expect(
            try Diff(stream, listing).omissions == [
                .kinds(
                    [.permissions, .stale, .special, .connections, .watches, .transactions, .pending], missing: .new),
                .kinds([.quotas], missing: .both), .nodes(2, outside: .new),
            ])
        #expect(
            try Diff(listing, stream).omissions == [
                .kinds(
                    [.permissions, .stale, .special, .connections, .watches, .transactions, .pending], missing: .old),
                .kinds([.quotas], missing: .both), .nodes(2, outside: .old),
            ])
    }

    @Test func imagesOfOneLayoutLeaveNothingOut() throws {
        let diff = try Diff(try Images.make(Host.healthy), try Images.make(Host.base))
        #expect(diff.omissions.isEmpty && !diff.changes.isEmpty)
    }

    @Test func nodesAreAddedAndRemovedOnlyWhereTheOtherImageCovers() throws {
        let stream = try Images.make(["/", "/vm", "/vm/a", "/vm/hidden/x", "/tool"].map { node($0, "", "n0") })
        let listing = try listing(
            ["/vm = \"\"", "/vm/new = \"\""], [Listings.subtree("/vm"), Listings.except("/vm/hidden")])
        #expect(try changes(stream, listing) == ["removed node /vm/a", "added node /vm/new"])
        #expect(try changes(listing, stream) == ["added node /vm/a", "removed node /vm/new"])
    }

    @Test func selectedNodesMakeNothingMissing() throws {
        let stream = try Images.make(["/a", "/b"].map { node($0, "1", "n0") })
        let listing = try listing(["/b = \"2\"", "/c = \"\""], [])
        #expect(try changes(stream, listing) == ["changed node /b value 1 2", "added node /c"])
    }

    @Test func unknownPermissionsAreNoDifference() throws {
        let stream = try Images.make([node("/a", "1", "n0,r5:stale"), node("/b", "2", "n1"), node("/c", "3", "n2")])
        let listing = try listing(
            ["/a = \"1\"   (n0,r5)", "/b = \"2\"", "/c = \"3\"   (n3)"],
            Listings.host + [Listings.subtree("/", .permissions)])
        #expect(try changes(stream, listing) == ["changed perms /c perms n2 n3"])
        #expect(try changes(listing, stream) == ["changed perms /c perms n3 n2"])
        #expect(try Diff(stream, listing).omissions.contains(.permissions(1)))
    }

    @Test func onlyWhatIsKnownOfAValueIsCompared() throws {
        let stream = try Images.make(["/a", "/b", "/c", "/d"].map { node($0, "value", "n0") })
        let listing = try listing(
            ["/a = \"val\"", "/b = \"vax\"", "/c = \"\"", "/d = \"value and more\""], cut: ["/a", "/b", "/d"],
            unknown: ["/c"])
        let wanted = ["changed node /b value value vax", "changed node /d value value value and more"]
        #expect(try changes(stream, listing) == wanted)
        #expect(try Diff(stream, listing).omissions.contains(.values(4)))
        #expect(try changes(listing, stream).count == 2)
    }

    @Test func twoCutValuesDifferInWhatBothKnow() throws {
        let old = try listing(["/a = \"val\"", "/b = \"val\""], cut: ["/a", "/b"])
        // Two archives in memory have the same name, so the chain has to differ.
        _ = try Images.archived(Fixtures.bytes("xen-4.17-tiny.bin"), in: archive)
        let new = try Listings.archived(
            ["/a = \"value\"", "/b = \"vax\""], cut: ["/a", "/b"], in: archive)
        #expect(try changes(old, new) == ["changed node /b value val vax"])
    }

    /// A node whose value and permissions both may differ is shown with what is known to differ.
    @Test func aNodeWithAnUnknownValueCanHaveOtherPermissions() throws {
        let stream = try Images.make([node("/a", "1", "n0")])
        let listing = try listing(
            ["/a = \"\"   (n7)"], Listings.host + [Listings.subtree("/", .permissions)], unknown: ["/a"])
        #expect(try changes(stream, listing) == ["changed perms /a perms n0 n7"])
    }

    @Test func whatATextOfOxenstoredCannotHoldIsNotCompared() throws {
        let text = "$xenstored-dump-format\nglobal,3\nstore,2f,6e30,\n"
        let oxenstored = try Images.source(Array(text.utf8), .oxenstored)
        let stream = try Images.make([
            .global(GlobalData(rwSocketFD: 3, secondFD: -1)), Host.guest(1, 5), node("/", "", "n0"),
            transaction(1, tx: 3), pendingNode(1, tx: 3, "/p"),
        ])
        let diff = try Diff(stream, oxenstored)
        #expect(diff.count(.removed, .connection) == 1 && diff.count(.removed, .transaction, .node) == 0)
        #expect(diff.omissions.first == .kinds([.stale, .transactions, .pending], missing: .new))
    }

    /// A v1 stream cannot have quotas, unless it has some: the document has them since 2022.
    @Test func whatALayoutCannotHoldIsNoDifference() throws {
        let quotas = [Host.guest(1, 0), node("/", "", "n0"), domain(5, features: 1, ["nodes": 3])]
        let v1 = try Images.make([Host.guest(1, 0), node("/", "", "n0")])
        let v2 = try Images.make(quotas, .v2)
        for diff in [try Diff(v1, v2), try Diff(v2, v1)] { #expect(diff.changes.map(\.kind) == [.header]) }
        #expect(try Diff(v1, v2).omissions == [.kinds([.quotas], missing: .old)])
        #expect(try Diff(v2, v1).omissions == [.kinds([.quotas], missing: .new)])
        let other = try Images.make(quotas)
        #expect(try Diff(other, v2).changes.map(\.kind) == [.header])
        #expect(try Diff(other, v2).omissions.isEmpty)
        let more = try Images.make(quotas + [domain(6)])
        #expect(try Diff(more, v2).changes.map(\.kind) == [.header, .domain])
    }

    @Test func linesThatAreNoNodesAreNoDifference() throws {
        let old = try listing(["/a = \"1\"", "what is this"])
        let new = try listing(["/a = \"1\""])
        let diff = try Diff(old, new)
        #expect(diff.changes.isEmpty && diff.omissions.contains(.lines(1)))
    }

    @Test func aRelativeRootComparesItsPathsAsTheyAre() throws {
        let stream = try Images.make([node("/", "", "n0"), node("/vif/0/state", "4", "n0")])
        let listing = try Listings.archived(
            ["/vif/0/state = \"4\"", "/vif/0/mac = \"m\""], covering: [Coverage.Area(.nodes, root: [])],
            root: TreeRoot([], .unknown), in: archive)
        #expect(try changes(stream, listing) == [])
    }
}
