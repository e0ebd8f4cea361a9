import TestSupport
import Testing
import XenstoreStream

@Suite struct DumpCommandTests {
    @Test(arguments: [
        "xen-4.17-tiny.bin", "xen-4.22-tiny.bin", "formats/draft-big-body.bin", "formats/v2-little-padded.bin",
    ])
    func theDumpIsAsRecorded(_ name: String) {
        let outcome = Workplace().run("dump", Fixtures.path(name))
        expectDone(outcome)
        Golden.expect(outcome, "dump-\(name.split(separator: "/").last ?? "").txt")
    }

    @Test func aDamagedFileIsDumpedAndSaidToBeDamaged() {
        let place = Workplace()
        place.write(Array(Fixtures.bytes("xen-4.22-tiny.bin")[..<500]), "cut")
        let outcome = place.run("dump", "cut")
        #expect(outcome.ending == .exit(1))
        Golden.expect(outcome, "dump-cut.txt")
    }

    /// Every byte of the file stands in exactly one item, and within a record in one field, the padding or the rest.
    @Test(
        arguments: Fixtures.cleanNames + [
            "xen-2026-08-depth-3.bin", "restore/len-8-too-large-lies.bin", "restore/trunc-in-value.bin",
        ])
    func everyByteIsAccountedFor(_ name: String) throws {
        let outcome = Workplace().run("dump", Fixtures.path(name), "--format", "jsonl")
        var place = 0
        for item in try JSONText.lines(outcome) {
            let (offset, size) = (item["offset"] as? Int ?? -1, item["size"] as? Int ?? -1)
            #expect(offset == place, "\(item["item"] ?? "")")
            place += size
            guard item["item"] as? String == "record" else { continue }
            var inner = offset + 8
            for field in item["fields"] as? [[String: Any]] ?? [] {
                #expect(field["offset"] as? Int == inner, "\(field)")
                inner += field["width"] as? Int ?? 0
            }
            let rest = (item["unexplained"] as? [String: String])?["hex"]?.utf8.count ?? 0
            #expect(inner + (item["padding"] as? Int ?? 0) + rest / 2 == place, "record \(item["number"] ?? "")")
        }
        #expect(place == Fixtures.bytes(name).count)
    }

    @Test func theDumpNeedsNoArchiveAndReadsStandardInput() {
        let place = Workplace()
        let outcome = place.run("dump", "-", input: Fixtures.bytes("xen-4.17-tiny.bin"))
        expectDone(outcome)
        #expect(place.names == [])
        expectFailure(place.run("dump", "missing"), 2, containing: ["missing: cannot open the file"])
        expectUsage(place.run("dump", "x", "--format", "csv"), "use text or jsonl")
    }

    @Test func whatGuestsWroteIsEscaped() throws {
        var stream = HandmadeStream(nodes: [("/", ""), ("/a", "\u{1B}[31m\u{202E}\n\"")])
        stream.watches = [(Octets("/a\u{7}".utf8), Octets("t\u{1B}".utf8))]
        let place = Workplace()
        place.write(try stream.bytes(), "hostile")
        for command in ["dump", "check", "show"] {
            let outcome = place.run(command, "hostile")
            #expect(
                outcome.text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value != 0x202E) },
                "\(command)")
        }
        #expect(place.run("dump", "hostile").text.contains("value          \"\\x1b[31m\\u{202e}\\n\\\"\""))
    }
}
