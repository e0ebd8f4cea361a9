import Foundation
import TestSupport
import Testing
import XenstoreStream

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite struct ReportCommandTests {
    private func page(_ place: Workplace, _ images: String...) throws -> ReportPage {
        let outcome = place.run(["report"] + images)
        expectDone(outcome)
        return try ReportPage(outcome.output)
    }

    // MARK: The page

    @Test func onlyItsOwnScriptAndStyleMayRun() throws {
        let place = Workplace()
        let page = try page(place, Fixtures.path("xen-4.17-small.bin"))
        for (name, part) in [("script-src", page.script), ("style-src", page.style)] {
            place.write(Array(part.utf8), "part")
            let digest = String(place.shell("sha256sum part").text.prefix(64))
            let named = try #require(page.policy.split(separator: ";").first { $0.contains(name) })
            let base64 = try #require(named.firstMatch(of: /^ ?[a-z-]+ 'sha256-([^']+)'$/)).output.1
            let decoded = try #require(Data(base64Encoded: String(base64)))
            #expect(decoded.map { String(format: "%02x", $0) }.joined() == digest, "\(name)")
        }
        #expect(page.policy.hasPrefix("default-src 'none'; "))
        #expect(!page.policy.contains("unsafe") && !page.policy.contains("*") && !page.policy.contains("http"))
        for word in ["src=", "url(", "@import", "href=\"http"] { #expect(!page.text.contains(word), "\(word)") }
        for word in [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch(", "XMLHttpRequest",
            "import(", "Function(",
        ] {
            #expect(!page.script.contains(word), "\(word)")
        }
    }

    @Test func theSameImageGivesTheSamePage() {
        let place = Workplace()
        let arguments = ["report", Fixtures.path("xen-4.17-seq-1.bin")]
        expectBytes(place.run(arguments).output, place.run(arguments).output)
    }

    @Test(arguments: Fixtures.cleanNames) func theTreeHasEveryNodeWithValueAndPermissions(_ name: String) throws {
        let place = Workplace()
        place.write(Fixtures.bytes(name), "image")
        expectDone(place.run("import", "image"))
        let rows = try JSONText.lines(
            place.run("sql", "SELECT path, value, perms FROM nodes WHERE conn_id = 0", "--format", "jsonl"))
        func line(_ path: String, _ value: String, _ perms: String) -> String {
            [path, value, perms].joined(separator: "\u{0}")
        }
        func text(_ value: Any?) throws -> String {
            if let text = value as? String { return Escape.printable(Octets(text.utf8)) }
            let digits = Array(try #require((value as? [String: Any])?["hex"] as? String))
            return Escape.printable(
                try stride(from: 0, to: digits.count, by: 2).map {
                    try #require(UInt8(String(digits[$0..<$0 + 2]), radix: 16))
                }[...])
        }
        let expected = try rows.map { line(try text($0["path"]), try text($0["value"]), try text($0["perms"])) }
        let nodes = try page(place, "image").nodes().filter { $0.value != nil }
        #expect(Set(nodes.map { line($0.path, $0.value ?? "", $0.perms ?? "") }) == Set(expected))
        #expect(nodes.count == Set(expected).count)
    }

    @Test func siblingsStandInTheOrderOfTheirNumbers() throws {
        let place = Workplace()
        place.write(
            try HandmadeStream(nodes: ["/", "/10", "/9", "/x", "/1", "/9/b", "/a"].map { ($0, "") }).bytes(), "image")
        #expect(try page(place, "image").nodes().map(\.path) == ["/", "/1", "/9", "/9/b", "/10", "/a", "/x"])
    }

    @Test func aNodeWithoutItsParentIsThereWithAPlaceholderAboveIt() throws {
        let place = Workplace()
        place.write(
            try HandmadeStream(nodes: [("/", ""), ("/a/b", "1"), ("@special", ""), ("relative/path", "2")]).bytes(),
            "image")
        let nodes = try page(place, "image").nodes()
        #expect(nodes.map(\.path) == ["/", "/a", "/a/b", "@special", "relative/path"])
        #expect(nodes.map { $0.value == nil } == [false, true, false, false, false])
    }

    @Test func anImageWithoutNodesAndADamagedOneHaveAPage() throws {
        let place = Workplace()
        place.write(try HandmadeStream().bytes(), "empty")
        #expect(try page(place, "empty").nodes().isEmpty)
        place.write(Array(Fixtures.bytes("xen-4.17-small.bin").dropLast(1000)), "damaged")
        let damaged = try page(place, "damaged")
        #expect(try damaged.nodes().count > 1000)
        #expect(try damaged.list("findings").contains { $0[1] as? String == "damaged-span" })
    }

    // MARK: Hostile content

    @Test func whatGuestsWriteStaysText() throws {
        let poison =
            [
                "<script>alert(1)</script>", "</script ><img src=x onerror=alert(1)>", "<!--<script>", "]]>&lt;",
                "\u{2028}\u{2029}", "\u{1B}[2J\u{202E}",
                "\\u003cscript>", "\"},{\"", "</style>",
            ].map { Octets($0.utf8) } + [[0xFF, 0x3C, 0x00]]
        var stream = HandmadeStream(nodes: [("/", "")])
        stream.nodes += poison.enumerated().map {
            (Octets("/p\($0.offset)".utf8) + $0.element.filter { $0 != 0x2F && $0 != 0 }, $0.element)
        }
        stream.watches = poison.map { (Octets("/w".utf8) + $0, $0) }
        stream.owner = 9
        stream.pendingInput = poison[0]
        let place = Workplace()
        let name = "a<script>b&c.bin"
        place.write(try stream.bytes(), name)
        let page = try page(place, name)
        func occurrences(_ word: String) -> Int { page.text.lowercased().ranges(of: word).count }
        #expect(
            occurrences("<script") == 2 && occurrences("</script") == 2 && occurrences("<!--") == 0
                && occurrences("</style") == 1)
        let unsafe = page.text.unicodeScalars.filter { $0 != "\n" && Escape.isUnsafe($0) }
        #expect(unsafe.isEmpty, "\(unsafe)")
        #expect(page.text.contains("<title>a&lt;script&gt;b&amp;c.bin"))
        let values = try page.nodes().compactMap(\.value)
        for octets in poison { #expect(values.contains(Escape.printable(octets)), "\(octets)") }
        #expect(try page.list("findings").contains { ($0[4] as? String)?.contains("<script>") == true })
    }

    // MARK: What else it shows

    @Test func itShowsWhatOtherCommandsTell() throws {
        let place = Workplace.withSharedImages()
        let page = try page(place, "@2")
        let domains = try #require(try page.image["domains"] as? [String: Any])
        #expect((domains["rows"] as? [Any])?.count == 7)
        let check = try JSONText.lines(place.run("check", "@2", "--severity", "info", "--format", "jsonl"))
        let findings = try page.list("findings")
        #expect(findings.map { $0[2] as? String } == check.map { $0["message"] as? String } && findings.count > 10)
        let connections = try #require(page.data["connections"] as? [String: Any])
        let rows = try #require(connections["connections"] as? [[Any]])
        #expect(
            rows.count == 16
                && rows.contains { $0[8] as? String == "incomplete READ: 10 of 16 header bytes present" })
        #expect((connections["watches"] as? [Any])?.count == 20)
        let series = try #require(try page.image["series"] as? [[Any]])
        #expect(series.map { $0[4] as? Bool } == [false, true, false, false, false, false])
        #expect((try page.image["facts"] as? [[String]])?.contains(["series", "main"]) == true)
    }

    @Test(arguments: [("deleted", "deleted"), ("read", "read"), ("written", "written")])
    func openTransactionsAreShownWithWhatTheyTouched(_ name: String, _ access: String) throws {
        let page = try page(Workplace(), Fixtures.path("restore/pending-\(name)-known-ta.bin"))
        let connections = try #require(page.data["connections"] as? [String: Any])
        let transactions = try #require(connections["transactions"] as? [[Any]])
        let pending = try #require(connections["pending"] as? [[Any]])
        #expect(transactions.count == 1 && pending.count == 1)
        #expect(pending[0][1] as? Int == transactions[0][1] as? Int)
        #expect((pending[0][2] as? String)?.contains(access) == true)
    }

    @Test func devicesHaveTheStatesOfBothEnds() throws {
        let place = Workplace()
        let front = "/local/domain/7/device/vif/0"
        let back = "/local/domain/0/backend/vif/7/0"
        func stream(_ state: String) throws -> [UInt8] {
            try HandmadeStream(nodes: [
                ("/", ""), (back + "/state", "4"), (front + "/backend", back), (front + "/state", state),
                ("/local/domain/0/backend/vbd/8/51712/state", "2"), ("/libxl/7/device/vif/0/backend", "/elsewhere"),
            ]).bytes()
        }
        place.write(try stream("4"), "a")
        place.write(try stream("6"), "b")
        let devices = try page(place, "a", "b").list("devices")
        #expect(devices.map { $0[0...2].map { "\($0)" } } == [["7", "vif", "0"], ["8", "vbd", "51712"]])
        #expect(devices[0][4] as? String == "6" && devices[0][5] as? String == "4" && devices[0][7] as? String == "4")
        #expect(devices[0][9] as? String == "/elsewhere")
        #expect(devices[1][3] as? Int == -1 && devices[1][7] as? String == "2")
    }

    // MARK: Two images

    @Test func theTreeOfTwoImagesMarksWhatTheDiffTells() throws {
        let place = Workplace.withSharedImages()
        let page = try page(place, "@3", "@4")
        let changes = try JSONText.lines(place.run("diff", "@3", "@4", "--format", "jsonl"))
        let marks = ["added": 1, "removed": 2, "changed": 3]
        func isNode(_ change: [String: Any]) -> Bool { ["node", "perms"].contains(change["kind"] as? String) }
        let expected = changes.filter(isNode).map { "\($0["path"] ?? "") \(marks[$0["change"] as? String ?? ""] ?? 0)" }
        let nodes = try page.nodes()
        #expect(
            nodes.filter { $0.mark != 0 }.map { "\($0.path) \($0.mark)" }.sorted() == expected.sorted()
                && !expected.isEmpty)
        #expect(nodes.count > 1800)
        #expect(try page.list("changes").count == changes.count { !isNode($0) })
        let states = try page.list("findings").map { $0[7] as? String }
        #expect(Set(states) == ["both", "new"])
        // The same definition as that of `check`.
        let new = place.run("check", "@4", "--new-since", "@3", "--severity", "info", "--format", "jsonl")
        #expect(states.count { $0 == "new" } == new.lines.count)
        let back = try self.page(place, "@4", "@3").list("findings").map { $0[7] as? String }
        #expect(Set(back) == ["both", "gone"])
    }

    // MARK: The file

    @Test func thePageIsWrittenAsAWholeAndForItsOwnerOnly() throws {
        let place = Workplace.withSharedImages()
        let outcome = place.run("report", "@1", "-o", "page.html")
        expectDone(outcome)
        let page = place.bytes("page.html")
        #expect(outcome.text == "page.html  \(page.count) bytes  \(try ReportPage(page).nodes().count) nodes\n")
        expectBytes(place.run("report", "@1", "-o", "-").output, page)
        var status = stat()
        #expect(stat(place.file("page.html"), &status) == 0 && status.st_mode & 0o777 == 0o600)
        expectFailure(place.run("report", "@2", "-o", "page.html"), 2, containing: ["page.html", "--force"])
        expectBytes(place.bytes("page.html"), page)
        expectDone(place.run("report", "@2", "-o", "page.html", "--force"))
        #expect(place.bytes("page.html") != page)
        #expect(place.names == ["page.html", "xsarchive.db"])
    }

    @Test func wrongUsageIsRefused() throws {
        let place = Workplace.withSharedImages()
        place.write(Fixtures.bytes("xen-4.17-tiny.bin"), "image")
        expectFailure(place.run("report", "-", "-"), 64, "standard input can be only one of the images")
        expectFailure(
            place.run("report", "@1", "-o", "xsarchive.db", "--force"), 64, containing: ["is the archive itself"])
        expectFailure(place.run("report", "image", "-o", "./image", "--force"), 64, containing: ["is the image itself"])
        place.write(Array("no image at all\n".utf8), "text")
        expectFailure(
            place.run("report", "text", "-o", "page.html"), 2,
            "text: contains nothing that is readable as an image; see 'xsarchive check'")
        expectFailure(
            place.run("report", "@1", "page.html"), 2, "page.html: no such file; give the page to write with -o")
        _ = place.shell("rm text")
        expectFailure(place.run("report", "@99", "-o", "page.html"), 2, containing: ["@99"])
        #expect(place.bytes("image") == Fixtures.bytes("xen-4.17-tiny.bin"))
        #expect(place.names == ["image", "xsarchive.db"])
    }
}
