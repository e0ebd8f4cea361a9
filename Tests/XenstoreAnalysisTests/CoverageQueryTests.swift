import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Named queries on images that say less than everything.
@Suite struct CoverageQueryTests {
    private let answers: QueryAnswers

    init() throws {
        answers = try QueryAnswers()
    }

    private func reason(_ name: String, _ id: Int64) throws -> String? {
        try NamedQuery.named(name).inapplicability(answers.archive, imageID: id)
    }

    private func rows(_ name: String, _ id: Int64) throws -> [String] {
        try answers.rows(name, ["image_id": String(id)])
    }

    // MARK: What does not apply

    @Test func aQueryNamesWhatTheListingDoesNotHave() throws {
        let id = try answers.storeListing(["/a = \"1\""])
        #expect(
            try reason("world_access", id) == "not applicable: needs permissions, which this listing does not have")
        #expect(
            try reason("write_outside_home", id)
                == "not applicable: needs permissions and connections, which this listing does not have")
        #expect(
            try reason("memory_top", id)
                == "not applicable: needs permissions, connections and watches, which this listing does not have")
        #expect(
            try reason("special_nodes", id)
                == "not applicable: needs permissions and special nodes, which this listing does not have")
        #expect(try reason("stale_perms", id) == "not applicable: needs stale marks, which this listing does not have")
        #expect(
            try reason("pending_input", id) == "not applicable: needs pending data, which this listing does not have")
        #expect(try reason("duplicate_identity", id) == nil)
    }

    @Test func aQueryOfNodesAppliesToAnyListing() throws {
        let id = try answers.storeListing(["/a = \"1\""], [])
        let inapplicable = try NamedQuery.all.filter { query in
            try query.parameters.contains { $0.name == "image_id" }
                && query.inapplicability(answers.archive, imageID: id) == nil
        }.map(\.name)
        #expect(
            inapplicable == [
                "backend_mismatch", "deep_paths", "device_state", "domains", "duplicate_identity",
                "guest_agent_bytes", "structure", "vm_node_missing", "wide_dirs",
            ])
    }

    @Test func permissionsAloneAnswerWhatNeedsOnlyThem() throws {
        let id = try answers.storeListing(
            ["/vm/a = \"1\"   (n3)"], Listings.host + [Listings.subtree("/", .permissions)])
        #expect(try reason("trusted_trees", id) == nil)
        #expect(try rows("trusted_trees", id) == ["/vm/a|n3"])
        #expect(
            try reason("dead_owner", id) == "not applicable: needs connections, which this listing does not have")
    }

    @Test func aTextOfOxenstoredIsAnImage() throws {
        let image = try ScannedImage(bytes: Array("(dump_file_versions 1.0)\n".utf8), layout: .oxenstored)
        let id = try Importer(answers.archive).store(image, label: ImageLabel(name: "ox")).imageID
        #expect(
            try reason("open_transactions", id)
                == "not applicable: needs transactions, which this image does not have")
    }

    @Test func whatAListingDoesNotCoverIsNotMissing() throws {
        let id = try answers.storeListing(["/a = \"1\""], [])
        #expect(
            try reason("orphan_backend", id)
                == "not applicable: needs all nodes of a part of the tree, of which this listing has only some")
    }

    @Test func aStreamHasAllThatItsQueriesNeed() throws {
        let id = try #require(Int64(try answers.store(Host.healthy)))
        // A log is not a part of an image.
        for query in NamedQuery.all where !query.header.needs.contains(.log) {
            #expect(try query.inapplicability(answers.archive, imageID: id) == nil)
        }
    }

    @Test func noQueryAccusesDomainsOfAnImageWithoutConnections() throws {
        let id = try answers.storeListing(
            ["/local/domain/3 = \"\"   (n3)", "/local/domain/9 = \"\"   (n9,r8)", "/x/9 = \"\"   (n9)"],
            Listings.host + [Listings.subtree("/", .permissions)])
        for name in ["dead_owner", "dead_grantee", "dead_empty_dirs", "home_vs_connection"] {
            #expect(try rows(name, id) == [], "\(name)")
        }
    }

    @Test func aPartialListingsAnswersAreLimited() throws {
        let query = try NamedQuery.named("device_state")
        let part = try answers.storeListing(["/local/domain/3/name = \"a\""], [Listings.subtree("/local/domain/3")])
        #expect(
            try query.limitation(answers.archive, imageID: part)
                == "the listing covers only nodes at and below /local/domain/3; what else there was is unknown")
        let some = try answers.storeListing(["/local/domain/4/name = \"a\""], [])
        #expect(
            try query.limitation(answers.archive, imageID: some)
                == "the listing has only some nodes; what else there was is unknown")
        let host = try answers.storeListing(["/local/domain/5/name = \"a\""])
        #expect(try query.limitation(answers.archive, imageID: host) == nil)
    }

    // MARK: Devices

    private let frontend = [
        "/local/domain/3/device/vif/0/backend = \"/local/domain/0/backend/vif/3/0\"",
        "/local/domain/3/device/vif/0/state = \"4\"",
    ]

    @Test func aBackendOutsideTheListingIsNotMissing() throws {
        let home = [Listings.subtree("/local/domain/3")]
        let part = try answers.storeListing(frontend, home)
        #expect(try reason("orphan_backend", part) == nil)
        #expect(try rows("orphan_backend", part) == [] && rows("device_state", part) == [])
        let host = try answers.storeListing(frontend + ["/tool = \"\""])
        #expect(
            try rows("orphan_backend", host)
                == ["/local/domain/3/device/vif/0|/local/domain/0/backend/vif/3/0|the backend is missing"])
        #expect(
            try rows("device_state", host)
                == ["/local/domain/3/device/vif/0|4|/local/domain/0/backend/vif/3/0|NULL"])
    }

    @Test func aFrontendThatCouldNotBeReadIsNotMissing() throws {
        let backend = ["/local/domain/0/backend/vif/3/0/frontend = \"/local/domain/3/device/vif/0\""]
        let unread = try answers.storeListing(backend, Listings.host + [Listings.except("/local/domain/3")])
        #expect(try rows("orphan_backend", unread) == [])
        let host = try answers.storeListing(backend + ["/tool = \"\""])
        #expect(
            try rows("orphan_backend", host)
                == ["/local/domain/0/backend/vif/3/0|/local/domain/3/device/vif/0|the frontend is missing"])
    }

    @Test func anEndWithAnUnknownStateCountsAsConnected() throws {
        let backend = ["/local/domain/0/backend/vif/3/0/state = \"\""]
        let id = try answers.storeListing(frontend + backend, unknown: ["/local/domain/0/backend/vif/3/0/state"])
        #expect(try rows("device_state", id) == [])
        let waiting = try answers.storeListing(
            [frontend[0], "/local/domain/3/device/vif/0/state = \"3\""], [Listings.subtree("/local/domain/3")])
        #expect(
            try rows("device_state", waiting)
                == ["/local/domain/3/device/vif/0|3|/local/domain/0/backend/vif/3/0|NULL"])
    }

    @Test func aCutBackendIsNoMismatch() throws {
        let toolstack = "/libxl/3/device/vif/0/backend"
        let lines = [frontend[0], "\(toolstack) = \"/local/domain/0/backend/v\""]
        #expect(try rows("backend_mismatch", try answers.storeListing(lines, cut: [toolstack])) == [])
        #expect(
            try rows("backend_mismatch", try answers.storeListing(lines + ["/tool = \"\""])).map { $0.prefix(28) }
                == ["/local/domain/3/device/vif/0"])
    }

    // MARK: Domains

    @Test func aUUIDIsMissedOnlyWhereVMIsCovered() throws {
        let lines = ["/local/domain/3/vm = \"/vm/u\""]
        #expect(try rows("vm_node_missing", try answers.storeListing(lines, [Listings.subtree("/local")])) == [])
        #expect(try rows("vm_node_missing", try answers.storeListing(lines + ["/tool = \"\""])) == ["3|u"])
    }

    @Test func aStubDomainsTargetIsReadFromTheTreeWithoutConnections() throws {
        let areas = Listings.host + [Listings.subtree("/", .permissions)]
        let lines = ["/local/domain/3/device-model = \"\"   (n9)", "/local/domain/3/other = \"\"   (n8)"]
        #expect(
            try rows(
                "foreign_owner", try answers.storeListing(lines + ["/local/domain/9/target = \"3\"   (n0)"], areas))
                == ["3|8|/local/domain/3/other|n8"])
    }

    // MARK: Time

    @Test func anImageThatDoesNotCoverAPathEndsNothing() throws {
        try answers.store([node("/"), node("/a", "1", "n0")])
        _ = try answers.storeListing(["/b = \"\""], [Listings.subtree("/b")])
        #expect(try untils("/a") == ["1 n0 unknown"])
        _ = try answers.storeListing(["/tool = \"\""])
        #expect(try untils("/a") == ["1 n0 removed"])
    }

    @Test func unknownPermissionsAndValuesAreNoChange() throws {
        try answers.store([node("/"), node("/a", "1", "n0")])
        _ = try answers.storeListing(["/a = \"1\""])
        #expect(try untils("/a") == ["1 n0 unknown", "1 NULL now"])
        _ = try answers.storeListing(["/a = \"2\""])
        #expect(try untils("/a") == ["1 n0 unknown", "1 NULL changed", "2 NULL now"])
    }

    private func untils(_ path: String) throws -> [String] {
        try answers.rows("first_last_seen", ["path": path]).map { row in
            let cells = row.split(separator: "|", omittingEmptySubsequences: false)
            return "\(cells[1]) \(cells[2]) \(cells[cells.count - 2])"
        }
    }

    @Test func aDomainsLogEndsNothingThatAListingDoesNotCover() throws {
        try answers.store([node("/"), Host.guest(1, 0), Host.guest(2, 3), node("/local/domain/3/a", "1", "n0")])
        _ = try answers.storeListing(["/local/domain/3/b = \"\""], [Listings.subtree("/local/domain/3/b")])
        let rows = try answers.rows("domain_log", ["domid": "3"]).map { row in
            let cells = row.split(separator: "|", omittingEmptySubsequences: false)
            return "\(cells[2]) \(cells[cells.count - 2])"
        }
        // The node /a never changed as far as is known.
        #expect(rows == ["NULL unknown", "/local/domain/3/b now"])
    }

    @Test func aListingIsNoAbsenceOfADomain() throws {
        let host = [Host.guest(1, 0), Host.guest(2, 3)]
        try answers.store(host + [node("/a")])
        _ = try answers.storeListing(["/a = \"\""])
        try answers.store(host + [node("/b")])
        #expect(try answers.rows("domid_reuse", [:]) == [])
        try answers.store([Host.guest(1, 0)])
        try answers.store(host + [node("/c")])
        #expect(try answers.rows("domid_reuse", [:]).count == 1)
    }

    @Test func aPathFlapsOnlyInWhatIsKnown() throws {
        try answers.store([node("/"), node("/a", "1", "n0"), node("/b", "1", "n0")])
        _ = try answers.storeListing(["/a = \"1\""], [Listings.subtree("/a")])
        try answers.store([node("/"), node("/a", "1", "n0"), node("/b", "1", "n0"), node("/c")])
        // Only the first and the third image say something about /c.
        #expect(try answers.rows("flapping", [:]).map { $0.prefix(4) } == ["/c|1"])
        _ = try answers.storeListing(["/a = \"2\"", "/c = \"\""])
        #expect(try answers.rows("flapping", [:]).map { $0.prefix(4) } == ["/a|1", "/b|1", "/c|1"])
    }

    @Test func growthIsOfWhatBothImagesCover() throws {
        let before = try answers.store([node("/"), node("/vm/a", "1", "n3"), node("/tool/b", "22", "n3")])
        let after = try answers.storeListing(["/vm/a = \"1234\"", "/vm/c = \"\""], [Listings.subtree("/vm")])
        #expect(
            try answers.rows("growth", ["before_id": before, "after_id": String(after)])
                == ["subtree|/vm/c|1|5", "subtree|/vm/a|0|3", "owner|NULL|1|5", "owner|3|0|3"])
    }
}
