import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What damaged images and parts of a host cover.
@Suite struct PartCoverageTests {
    private static let whole = Fixtures.bytes("xen-4.17-seq-1.bin")
    private static let later = Fixtures.bytes("xen-4.22-small.bin")
    /// What is known of the nodes that an image has.
    private static let ofNodes: [Coverage.Kind] = [.permissions, .stale]

    private func kinds(_ bytes: [UInt8]) -> [Coverage.Kind] {
        let coverage = ScannedImage(salvaging: bytes).coverage
        return Coverage.Kind.allCases.filter { coverage.covers($0) }
    }

    /// The offsets of some records.
    private func offsets(_ bytes: [UInt8], _ layout: Layout, _ isWanted: (RecordBody) -> Bool) throws -> [Int] {
        var reader = try StreamReader(bytes: bytes, format: StreamFormat(layout: layout))
        var found: [Int] = []
        while let record = try reader.next() { if isWanted(record.body) { found.append(record.offset) } }
        return found
    }

    private func isNode(_ body: RecordBody) -> Bool {
        if case .node(let data) = body { data.isCommitted } else { false }
    }

    private func damaged(_ bytes: [UInt8], at offset: Int) -> [UInt8] {
        var bytes = bytes
        bytes.replaceSubrange(offset..<offset + 24, with: Array(repeating: 0xFF, count: 24))
        return bytes
    }

    // MARK: Damage

    @Test func aFileCutOffWithinItsNodesCoversWhatComesBeforeThem() {
        let connections: [Coverage.Kind] = [.connections, .watches, .transactions, .pending]
        #expect(kinds(Array(Self.whole[..<100_000])) == Self.ofNodes + connections)
        // After the nodes come the domains with their quotas, so quotas are missing too.
        #expect(kinds(Array(Self.later[..<100_000])) == Self.ofNodes + connections)
    }

    @Test func aFileThatLacksOnlyENDLacksWhatCouldFollow() {
        #expect(!kinds(Array(Self.whole.dropLast(8))).contains(.nodes))
        // After a domain come only other domains.
        #expect(kinds(Array(Self.later.dropLast(8))) == Coverage.Kind.allCases.filter { $0 != .quotas })
    }

    @Test func aFileCutOffWithinItsConnectionsCoversNothing() {
        #expect(kinds(Array(Self.whole[..<200])) == Self.ofNodes)
        #expect(kinds(Array(Self.whole[..<16])) == Self.ofNodes)
    }

    @Test func damageAmongNodesLosesNodesOnly() throws {
        let bytes = damaged(Self.later, at: try offsets(Self.later, .v2, isNode)[500])
        #expect(kinds(bytes) == Coverage.Kind.allCases.filter { $0 != .nodes && $0 != .special })
    }

    @Test func damageAmongConnectionsLosesNoNodes() throws {
        let bytes = damaged(Self.whole, at: try offsets(Self.whole, .v1) { $0.type == .watchData }[0])
        #expect(kinds(bytes) == [.nodes] + Self.ofNodes + [.special])
    }

    @Test func damageInAnOrderThatNoDaemonWritesLosesEverything() throws {
        let records: [RecordBody] = [
            .global(GlobalData(rwSocketFD: 3, secondFD: 6)), node("/"), node("/tool"), ring(1, of: 0),
            watch(1, "/", "t"),
            node("/a", "a value of some length"), node("/b", "a value of some length"), node("/c", "1"),
        ]
        let bytes = try Images.encode(records, StreamFormat(layout: .v1))
        #expect(kinds(damaged(bytes, at: try offsets(bytes, .v1, isNode)[3])) == Self.ofNodes)
    }

    /// What a cut makes missing is not reported as missing.
    @Test func whatDamageMayHaveTakenIsNotReportedAsMissing() throws {
        let rules: Set = ["missing-parent", "unknown-connection", "owner-without-connection", "unknown-target"]
        for bytes in [Array(Self.whole[..<100_000]), damaged(Self.whole, at: 64), damaged(Self.whole, at: 90_000)] {
            let image = ScannedImage(salvaging: bytes)
            #expect(image.isSalvaged)
            let found = Set(image.findings.map(\.rule))
            #expect(found.contains("damaged-span") || found.contains("no-end"))
            if !image.coverage.covers(.connections) { #expect(found.isDisjoint(with: rules)) }
            if !image.coverage.covers(.nodes) { #expect(!found.contains("missing-parent")) }
        }
    }

    // MARK: Parts

    @Test func theStreamOfOneDomainCoversThatDomain() throws {
        let image = try Images.make(Host.part)
        let coverage = image.coverage
        #expect(coverage.covers(.nodes, Octets("/local/domain/5/data".utf8)))
        #expect(!coverage.covers(.nodes, Octets("/local/domain/6".utf8)) && !coverage.covers(.special))
        #expect(coverage.covers(.connections, domid: 5) && !coverage.covers(.connections, domid: 6))
        #expect(!coverage.covers(.watches, domid: nil) && !coverage.coversHost(.nodes))
        #expect(image.isPart && !image.isDamaged)
    }

    @Test func wholeImagesCoverWhatTheirLayoutCovers() throws {
        for name in Fixtures.cleanNames {
            let image = try Images.fixture(name)
            #expect(!image.isPart, "\(name)")
        }
    }

    // MARK: Rebuilt images

    private func rebuilt(_ bytes: [UInt8] = whole, _ change: (inout Rebuild) -> Void) throws -> ScannedImage {
        var plan = Rebuild()
        change(&plan)
        return try plan.run(try Images.source(bytes)).image
    }

    @Test func aSelectedDomainCoversItsHomeAndItsConnection() throws {
        let coverage = try rebuilt { $0.selections = [.domain(3)] }.coverage
        #expect(coverage.covers(.nodes, Octets("/local/domain/3/name".utf8)))
        #expect(!coverage.covers(.nodes, Octets("/local/domain/0/backend/vif/3/0".utf8)))
        #expect(coverage.covers(.connections, domid: 3) && !coverage.covers(.connections, domid: 0))
        #expect(coverage.covers(.watches, domid: 3) && !coverage.covers(.watches, domid: nil))
        #expect(coverage.covers(.permissions) && !coverage.covers(.special) && !coverage.covers(.quotas))
    }

    @Test func aSelectedSubtreeCoversItsNodes() throws {
        let coverage = try rebuilt { $0.selections = [.subtree(Octets("/vm".utf8)), .domain(2)] }.coverage
        #expect(coverage.covers(.nodes, Octets("/vm/x".utf8)) && coverage.covers(.nodes, Octets("/vm".utf8)))
        #expect(coverage.covers(.nodes, Octets("/local/domain/2".utf8)))
        #expect(!coverage.covers(.nodes, Octets("/local/domain".utf8)))
        #expect(coverage.covers(.connections, domid: 2) && !coverage.covers(.connections, domid: 3))
    }

    @Test(arguments: [
        (Edit.Drop.connections, [Coverage.Kind.connections, .watches, .transactions, .pending]),
        (.transactions, [.transactions, .pending]), (.pending, [.pending]), (.buffers, [.pending]),
    ])
    func whatIsDroppedIsNotCovered(_ what: Edit.Drop, _ missing: [Coverage.Kind]) throws {
        let image = try rebuilt(Fixtures.bytes("xen-4.17-tx.bin")) { $0.edits = [.drop(what)] }
        #expect(image.coverage.uncovered == missing + [.quotas])
    }

    @Test func droppedSocketsLeaveTheRingsCovered() throws {
        let coverage = try rebuilt { $0.edits = [.drop(.sockets)] }.coverage
        #expect(coverage.covers(.connections, domid: 7) && !coverage.covers(.connections, domid: nil))
        #expect(coverage.covers(.watches, domid: 0) && coverage.coversHost(.nodes))
    }

    @Test func anEditKeepsWhatIsCovered() throws {
        let image = try rebuilt { $0.edits = [.set(Octets("/tool/x".utf8), value: Octets("1".utf8))] }
        #expect(Set(image.coverage.areas) == Set(try Images.source(Self.whole).coverage.areas))
    }

    @Test func aListingMadeIntoAStreamCoversWhatTheListingCovers() throws {
        let text = Fixtures.bytes("listings/xen-4.17-small.ls-fp.txt")
        let listing = try Images.source(text)
        let image = try Rebuild().run(listing).image
        #expect(!image.coverage.covers(.connections) && !image.coverage.covers(.special))
        #expect(image.coverage.covers(.nodes, Octets("/vm/any".utf8)))
    }

    /// A file that a rebuild has made says nothing of where it comes from.
    @Test func theFileOfASelectionIsKnownByWhatEveryHostHas() throws {
        let part = try rebuilt { $0.selections = [.domain(3)] }
        let image = try Images.source(part.bytes)
        #expect(image.isPart && !image.coverage.covers(.nodes) && !image.coverage.covers(.connections))
    }

    @Test func anArchivedSelectionKeepsItsCoverage() throws {
        let archive = try Archive.inMemory()
        let part = try rebuilt { $0.selections = [.domain(3)] }
        // Whether the same bytes were imported as a file before makes no difference.
        for first in [[], [try ScannedImage(bytes: part.bytes)]] {
            for image in first { try Importer(archive).store(image, label: ImageLabel(name: "file")) }
            let id = try Importer(archive).store(part, label: ImageLabel(name: "part \(first.count)")).imageID
            #expect(try Set(archive.image(id: id).stream.coverage.areas) == Set(part.coverage.areas))
        }
    }

    // MARK: Queries

    @Test func queriesSkipWhatAPartDoesNotCover() throws {
        let archive = try Archive.inMemory()
        let importer = Importer(archive)
        let part = try rebuilt { $0.selections = [.domain(3)] }
        let cut = ScannedImage(salvaging: Array(Self.whole[..<100_000]))
        for image in [part, cut, try ScannedImage(bytes: part.bytes)] {
            let id = try importer.store(image, label: ImageLabel(name: "x\(image.size)")).imageID
            let findings = try QueryFindings(archive, imageID: id)
            let names: Set = [
                "orphan_backend", "home_vs_connection", "duplicate_identity", "vm_node_missing", "dead_owner",
            ]
            #expect(findings.items.filter { names.contains($0.finding.rule) }.map(\.finding.message) == [])
        }
        try importer.store(try ScannedImage(bytes: Self.whole), label: ImageLabel(name: "whole"))
        // The same bytes after other ones are an image of their own.
        #expect(try scopes(archive) == ["part", "host", "part", "host"])
    }

    private func scopes(_ archive: Archive) throws -> [String] {
        let rows = try archive.database.prepare("SELECT scope FROM scopes ORDER BY image_id")
        var scopes: [String] = []
        while try rows.step() { scopes.append(rows.string(0)) }
        return scopes
    }

    @Test func aDomainIsNotAwayInAnImageThatDoesNotCoverIt() throws {
        let archive = try Archive.inMemory()
        let part = try rebuilt { $0.selections = [.domain(3)] }
        for (number, image) in [try ScannedImage(bytes: Self.whole), part, try ScannedImage(bytes: Self.whole)]
            .enumerated()
        {
            try Importer(archive).store(image, label: ImageLabel(name: "\(number)", series: "host"))
        }
        let query = try NamedQuery.named("domid_reuse").prepare(archive, parameters: [:])
        #expect(try !query.step())
    }

    // MARK: Diffs

    @Test func aDiffLeavesOutWhatAPartOrADamagedImageCannotKnow() throws {
        let whole = try Images.source(Self.whole)
        let cut = ImageSource(name: "cut", file: ScannedImage(salvaging: Array(Self.whole[..<100_003])))
        #expect(cut.isDamaged)
        let forward = try Diff(cut, whole)
        #expect(forward.changes.map(\.kind) == [.damage])
        #expect(forward.omissions.contains { if case .nodes(let count, .old) = $0 { count > 600 } else { false } })
        #expect(try Diff(whole, cut).changes.map(\.kind) == [.damage])
        let part = ImageSource(name: "part", file: try rebuilt { $0.selections = [.domain(3)] })
        #expect(part.isPart && !part.isDamaged)
        for diff in [try Diff(whole, part), try Diff(part, whole)] {
            #expect(diff.changes.filter { $0.kind != .order }.isEmpty, "\(diff.lines)")
        }
    }

    @Test func whatAPartCoversIsCompared() throws {
        let part = ImageSource(name: "part", file: try rebuilt { $0.selections = [.domain(3)] })
        let later = try Images.fixture("xen-4.17-seq-2.bin")
        let paths = try Diff(part, later).changes.compactMap { $0.path.map(ChangeLine.text) }
        #expect(paths.contains("/local/domain/3/memory/target"))
        #expect(!paths.contains { $0.hasPrefix("/local/domain/5") })
    }
}
