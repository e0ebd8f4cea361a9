import Foundation
import TestSupport
import Testing
import XenstoreStream

@Suite struct DiffJSONTests {
    private static let kinds: Set = [
        "header", "global", "quota", "domain", "connection", "watch", "transaction", "node", "perms", "record",
        "duplicate", "residue", "damage", "trailer", "order",
    ]

    /// What the contract says of every line, whatever the images are.
    private func expectContract(_ change: [String: Any]) {
        let action = change["change"] as? String
        #expect(["added", "removed", "changed"].contains(action))
        let kind = change["kind"] as? String ?? ""
        #expect(Self.kinds.contains(kind))
        #expect(change["domid"] is NSNumber || change["domid"] is NSNull)
        for key in ["path", "domid", "owner", "concerns", "old", "new"] { #expect(change[key] != nil, "\(key)") }
        #expect((change["old"] as? [String: Any] != nil) == (action != "added"))
        #expect((change["new"] as? [String: Any] != nil) == (action != "removed"))
        if ["node", "perms", "watch"].contains(kind) {
            #expect(change["path"] is String || Self.hex(change["path"]) != nil)
        }
    }

    private static func hex(_ value: Any?) -> String? {
        let object = value as? [String: Any]
        return object?.count == 1 ? object?["hex"] as? String : nil
    }

    private func changes(_ outcome: Outcome) throws -> [[String: Any]] {
        #expect(outcome.ending == .exit(1), "\(outcome.errorText)")
        // After the changes comes what is not compared.
        let changes = try JSONText.lines(outcome).filter { $0["not_compared"] == nil }
        for change in changes { expectContract(change) }
        return changes
    }

    @Test(arguments: [
        ("xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin"), ("xen-4.17-seq-2.bin", "xen-4.17-seq-3.bin"),
        ("xen-4.17-tiny.bin", "xen-4.22-small.bin"), ("xen-4.22-small.bin", "xen-4.17-tx.bin"),
        ("xen-4.17-odd.bin", "xen-2026-08-depth-2.bin"),
    ])
    func everyLineHoldsToTheContract(_ old: String, _ new: String) throws {
        let lines = try changes(Workplace().run("diff", Fixtures.path(old), Fixtures.path(new), "--format", "jsonl"))
        #expect(!lines.isEmpty)
        let array = Workplace().run("diff", Fixtures.path(old), Fixtures.path(new), "--format", "json")
        #expect(array.ending == .exit(1))
        let all = try JSONText.array(array.text).filter { $0["not_compared"] == nil }
        #expect(all as NSArray == lines as NSArray)
    }

    @Test func theSequenceChangesAsItsDescriptionSays() throws {
        let second = try changes(
            Workplace().run(
                "diff", Fixtures.path("xen-4.17-seq-2.bin"), Fixtures.path("xen-4.17-seq-3.bin"), "--format", "jsonl"))
        func count(_ action: String) -> Int {
            second.count { ["node", "perms"].contains($0["kind"] as? String) && $0["change"] as? String == action }
        }
        #expect(count("removed") == 374)
        #expect(count("added") == 373)
        #expect(count("changed") == 23)
    }

    @Test func aNodeHasAnOwnerAndTheDomainThatItConcerns() throws {
        let lines = try changes(
            Workplace().run(
                "diff", Fixtures.path("xen-4.17-seq-1.bin"), Fixtures.path("xen-4.17-seq-2.bin"), "--format", "jsonl"))
        let target = lines.filter { $0["concerns"] as? Int == 3 }.compactMap { $0["path"] as? String }
        #expect(target.contains("/local/domain/3/memory/target"))
        for line in lines where ["node", "perms"].contains(line["kind"] as? String) {
            #expect(line["owner"] as? Int == line["domid"] as? Int)
        }
        #expect(lines.contains { $0["kind"] as? String == "watch" && $0["owner"] is NSNull })
    }

    @Test func aNodeWhoseValueAndPermissionsChangedIsOneLine() throws {
        let place = Workplace()
        var stream = HandmadeStream(nodes: [("/", ""), ("/a", "1")])
        place.write(try stream.bytes(), "old.bin")
        stream.nodes[1].value = Octets("2".utf8)
        stream.owner = 3
        place.write(try stream.bytes(), "new.bin")
        let all = try changes(place.run("diff", "old.bin", "new.bin", "--format", "jsonl"))
        let lines = all.filter { $0["path"] as? String == "/a" }
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(line["change"] as? String == "changed")
        #expect(line["kind"] as? String == "node")
        #expect(line["domid"] as? Int == 3)
        #expect(line["old"] as? [String: String] == ["value": "1", "perms": "n0,r7"])
        #expect(line["new"] as? [String: String] == ["value": "2", "perms": "n3,r7"])
    }

    @Test func bytesThatAreNoTextAreHexadecimal() throws {
        let place = Workplace()
        var stream = HandmadeStream(nodes: [("/", "")])
        place.write(try stream.bytes(), "old.bin")
        stream.nodes += [([0x2F, 0xFF, 0xFE], [0x80, 0x00, 0x41]), (Octets("/t".utf8), [0x61, 0x00, 0x62])]
        stream.watches = [([0x2F, 0xC0], [0xC1])]
        place.write(try stream.bytes(), "new.bin")
        let lines = try changes(place.run("diff", "old.bin", "new.bin", "--format", "jsonl"))
        #expect(lines.count == 3)
        let watch = try #require(lines.first { $0["kind"] as? String == "watch" })
        #expect(Self.hex(watch["path"]) == "2fc0")
        #expect(Self.hex(watch["token"]) == "c1")
        let node = try #require(lines.first { Self.hex($0["path"]) == "2ffffe" })
        #expect(Self.hex((node["new"] as? [String: Any])?["value"]) == "800041")
        // Valid UTF-8 is a string, a NUL within it too.
        let text = try #require(lines.first { $0["path"] as? String == "/t" })
        #expect((text["new"] as? [String: Any])?["value"] as? String == "a\0b")
    }
}
