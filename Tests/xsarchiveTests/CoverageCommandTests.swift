import TestSupport
import Testing

/// The commands on images that say less than everything.
@Suite struct CoverageCommandTests {
    private static let stream = Fixtures.path("xen-4.17-small.bin")
    /// The whole host with permissions, and without.
    private static let whole = Fixtures.path("listings/xen-4.17-small.ls-fp.txt")
    private static let bare = Fixtures.path("listings/xen-4.17-small.ls-f.txt")

    /// A directory with lines selected from a listing.
    private func place() -> Workplace {
        let place = Workplace()
        let lines = [
            "/local/domain/3/name = \"web\"",
            "/local/domain/3/device/vif/0/backend = \"/local/domain/0/backend/vif/3/0\"",
            "/local/domain/3/device/vif/0/state = \"4\"",
        ]
        place.write(Array(lines.map { $0 + "\n" }.joined().utf8), "some.txt")
        return place
    }

    // MARK: query

    @Test func aQueryThatDoesNotApplySaysWhatIsMissing() {
        let outcome = Workplace().run("query", "world_access", "-i", Self.bare)
        #expect(outcome.ending == .exit(0))
        #expect(
            outcome.errorText.contains(
                "world_access: not applicable: needs permissions, which this listing does not have"))
        #expect(outcome.text == "")
    }

    @Test(arguments: [
        (
            "json",
            "[{\"not_applicable\":\"not applicable: needs permissions, which this listing does not have\"}]\n"
        ),
        (
            "jsonl",
            "{\"not_applicable\":\"not applicable: needs permissions, which this listing does not have\"}\n"
        ),
        ("csv", "access,path,perms,value\r\n"),
    ])
    func otherFormatsSaySoToo(_ format: String, _ text: String) {
        let outcome = Workplace().run("query", "world_access", "-i", Self.bare, "--format", format)
        #expect(outcome.ending == .exit(0))
        #expect(outcome.text == text)
    }

    @Test func aQueryOfTwoImagesNamesTheOneThatLacksSomething() {
        let place = Workplace()
        #expect(place.run("import", Self.stream, Self.bare).ending == .exit(0))
        let outcome = place.run("query", "live_update_loss", "-P", "before_id=@1", "-P", "after_id=@2")
        #expect(outcome.ending == .exit(0) && outcome.text == "")
        #expect(outcome.errorText.contains("@2: not applicable: needs connections and watches"))
    }

    @Test func aQueryOfSelectedNodesSaysThatItHasOnlyThem() {
        let outcome = place().run("query", "device_state", "-i", "some.txt")
        #expect(outcome.ending == .exit(0))
        #expect(outcome.errorText.contains("the listing has only some nodes; what else there was is unknown"))
        #expect(!outcome.text.contains("vif"))
    }

    @Test func accessWithoutPermissionsDoesNotApply() {
        let outcome = Workplace().run("access", Self.bare, "--domain", "1", "/local/domain/1/name")
        #expect(outcome.ending == .exit(0) && outcome.text == "")
        #expect(outcome.errorText.contains("not applicable: needs permissions, which this listing does not have"))
    }

    @Test func domainsOfAListingAreThoseOfItsTree() throws {
        let outcome = Workplace().run("domains", Self.bare, "--format", "json")
        expectDone(outcome)
        #expect(outcome.text.contains("{\"domid\":1,\"state\":\"unknown\",\"name\":\"pv-web01\","))
        #expect(outcome.text.contains("\"nodes\":null") && !outcome.text.contains("\"watches\":0"))
        let some = place().run("domains", "some.txt", "--format", "json")
        #expect(some.text.contains("\"domid\":3,\"state\":\"unknown\",\"name\":\"web\""))
    }

    // MARK: check

    @Test func checkOfAListingForecastsNothingAndNamesWhatItSkips() {
        for listing in [Self.whole, Self.bare] {
            let outcome = Workplace().run("check", listing, "--severity", "info")
            #expect(!outcome.text.contains("restore") && !outcome.text.contains("xenstored"), "\(outcome.text)")
            #expect(outcome.text.contains("not applicable: needs connections, which this listing does not have: "))
        }
        let bare = Workplace().run("check", Self.bare)
        #expect(bare.text.contains("not applicable: needs permissions, which this listing does not have: "))
        // What a stream would do is still said.
        #expect(Workplace().run("check", Self.stream).text.contains("restore: a C xenstored"))
    }

    @Test func checkOfSelectedNodesFindsNothingMissing() {
        let outcome = place().run("check", "some.txt")
        expectDone(outcome)
        #expect(outcome.text.contains("nothing found"))
        #expect(
            outcome.text.contains(
                "needs all nodes of a part of the tree, of which this listing has only some: orphan_backend"))
        #expect(outcome.text.contains("the listing has only some nodes"))
    }

    /// It is not read as a damaged stream, of which a daemon would make something.
    @Test func checkOfSeveralListingsNeedsTheNameOfOne() {
        let outcome = Workplace().run("check", Fixtures.path("pastes/three-listings.md"))
        #expect(outcome.ending == .exit(2) && outcome.text == "", "\(outcome.text)")
        #expect(outcome.errorText.contains("name one, like FILE#1"))
        let one = Workplace().run("check", Fixtures.path("pastes/three-listings.md") + "#2")
        #expect(!one.text.contains("xenstored") && !one.text.contains("restore"), "\(one.text)")
    }

    // MARK: diff

    @Test func aStreamAndItsListingsDoNotDiffer() {
        for (old, new) in [(Self.stream, Self.whole), (Self.bare, Self.stream), (Self.whole, Self.bare)] {
            let outcome = Workplace().run("diff", old, new)
            #expect(outcome.ending == .exit(0), "\(outcome.text)")
            #expect(outcome.text == "" && outcome.errorText.contains("xsarchive: not compared: "))
        }
        let outcome = Workplace().run("diff", Self.stream, Self.bare)
        #expect(outcome.errorText.contains("not compared: permissions, stale marks, special nodes, connections"))
        #expect(outcome.errorText.contains("ls-f.txt does not have them)"))
        #expect(outcome.errorText.contains("1 node of"))
    }

    @Test func theJSONOfADiffNamesWhatIsLeftOut() throws {
        let outcome = Workplace().run("diff", Self.stream, Self.bare, "--format", "json")
        #expect(outcome.ending == .exit(0))
        let objects = try JSONText.array(outcome.text)
        #expect(objects.count == 1)
        #expect(outcome.text.hasPrefix("[{\"not_compared\":[{\"what\":\"kinds\",\"kinds\":[\"permissions\","))
        #expect(outcome.text.contains("{\"what\":\"nodes\",\"count\":1,\"unknown_in\":\"new\",\"reason\":\""))
        let one = Workplace().run("diff", Self.stream, Self.bare, "--only", "watch", "--format", "jsonl")
        #expect(one.lines.count == 1 && !one.text.contains("permissions"))
        #expect(one.text.contains("\"kinds\":[\"watches\"]"))
    }

    @Test func quietSaysNothing() {
        let outcome = Workplace().run("diff", Self.stream, Self.bare, "--quiet")
        expectDone(outcome)
        #expect(outcome.text == "")
    }

    // MARK: show, ls, cat

    @Test func showNamesWhatAnImageCovers() {
        let stream = Workplace().run("show", Self.stream).text
        #expect(stream.contains("nodes, permissions, stale marks, special nodes, connections, watches, transactions"))
        #expect(stream.contains("not covered        quotas\n"))
        let bare = Workplace().run("show", Self.bare).text
        #expect(bare.contains("covers       nodes below /\n"))
        #expect(bare.contains("not covered  permissions, stale marks, special nodes, connections, watches"))
        let some = place().run("show", "some.txt").text
        #expect(some.contains("covers       nothing: what it does not have is unknown"))
    }

    @Test func showsJSONHasTheAreas() {
        let text = Workplace().run("show", Self.bare, "--format", "json").text
        #expect(
            text.contains("\"covers\":{\"nodes\":[{\"root\":\"/\",\"includes_root\":false,\"covered\":true}]}"))
        #expect(text.contains("\"not_covered\":[\"permissions\",") && text.contains("\"root\":\"/\""))
    }

    @Test func lsShowsThatPermissionsAreUnknown() {
        let lines = place().run("ls", "some.txt", "-f", "-p").lines
        #expect(lines.first == "/local/domain/3/name = \"web\"   (?)")
    }

    // MARK: report

    @Test func aReportSaysWhatIsNotCovered() throws {
        let place = place()
        expectDone(place.run("report", "some.txt", "-o", "some.html"))
        let page = String(decoding: place.bytes("some.html"), as: UTF8.self)
        #expect(page.contains("\"restore\":null"))
        #expect(page.contains("\"uncovered\":[\"nodes\",\"permissions\",\"stale marks\",\"special nodes\","))
        #expect(page.contains("\"limitation\":\"the listing has only some nodes; what else there was is unknown\""))
        expectDone(place.run("report", Self.stream, Self.bare, "-o", "two.html"))
        let two = String(decoding: place.bytes("two.html"), as: UTF8.self)
        #expect(two.contains("\"changed\":[]"))
        #expect(two.contains("\"omissions\":[\"not compared: permissions"))
    }
}
