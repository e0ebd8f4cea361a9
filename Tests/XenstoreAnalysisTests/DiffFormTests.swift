import TestSupport
import Testing
import XenstoreArchive
import XenstoreStream

@testable import XenstoreAnalysis

/// What two images differ in, in addition to what their records say.
@Suite struct DiffFormTests {
    private static let format = StreamFormat(layout: .v1)

    private func stream(
        _ records: [(RecordBody, slack: String)], trailer: String = ""
    ) throws -> [UInt8] {
        var writer = StreamWriter(header: Header(format: Self.format), format: Self.format)
        for (body, slack) in records {
            guard !slack.isEmpty else {
                try writer.write(body)
                continue
            }
            var plain = StreamWriter(header: nil, format: StreamFormat(layout: .v1, lengthRule: .body))
            try plain.write(body)
            let length = UInt32(plain.bytes[4]) + UInt32(plain.bytes[5]) << 8 + UInt32(slack.utf8.count)
            try writer.write(body, residue: Residue(length: length, tail: Octets(slack.utf8)))
        }
        try writer.write(.opaque(OpaqueData(type: .end)))
        writer.write(trailer: Octets(trailer.utf8))
        return writer.bytes
    }

    private func changes(_ old: [UInt8], _ new: [UInt8]) throws -> [Change] {
        try Diff(try Images.source(old, .v1), try Images.source(new, .v1)).changes
    }

    private let records: [(RecordBody, slack: String)] = [
        (.global(GlobalData(rwSocketFD: 3, secondFD: 6)), ""), (ring(1, of: 0), ""), (transaction(1, tx: 3), ""),
        (node("/"), ""), (node("/a", "1"), ""), (node("/b", "2"), ""),
    ]

    @Test(arguments: [("", "junk", "added"), ("junk", "JUNK", "changed"), ("junk", "", "removed")])
    func bytesAfterENDAreAChange(_ old: String, _ new: String, _ action: String) throws {
        let found = try changes(stream(records, trailer: old), stream(records, trailer: new))
        #expect(found.map { "\($0.action) \($0.kind)" } == ["\(action) trailer"])
        #expect(try changes(stream(records, trailer: old), stream(records, trailer: old)).isEmpty)
    }

    @Test func slackIsAChangeOfItsRecord() throws {
        var slack = records
        slack[2].slack = "EXTRA1!!"
        var other = records
        other[2].slack = "EXTRA2!!"
        let changed = try changes(stream(slack), stream(other))
        #expect(changed.map { "\($0.action) \($0.kind) \($0.domid ?? 9)" } == ["changed residue 0"])
        #expect(changed[0].identity.first == Attribute("record", .text("TRANSACTION_DATA")))
        #expect(changed[0].differences.map(\.name) == ["tail"])
        #expect(try changes(stream(records), stream(slack)).map { "\($0.action) \($0.kind)" } == ["added residue"])
        #expect(try changes(stream(slack), stream(records)).map { "\($0.action) \($0.kind)" } == ["removed residue"])
    }

    @Test func slackOfANodeNamesItsPath() throws {
        var slack = records
        slack[4].slack = "HIDDENXX"
        let found = try changes(stream(records), stream(slack))
        #expect(found.map { "\($0.kind) \(ChangeLine.text($0.path ?? []))" } == ["residue /a"])
    }

    @Test func paddingOfENDIsAChange() throws {
        var dirty = try stream(records)
        // len of END counts 8 bytes that follow it.
        dirty[dirty.count - 4] = 8
        dirty += Array("HIDDENXX".utf8)
        let found = try changes(stream(records), dirty)
        #expect(!found.isEmpty)
    }

    @Test func theOrderIsOneChangeThatCountsTheRecordsThatMoved() throws {
        let reversed = Array(records.prefix(4)) + [records[5], records[4]]
        let found = try changes(stream(records), stream(reversed))
        #expect(found.map { "\($0.action) \($0.kind)" } == ["changed order"])
        #expect(found[0].identity == [Attribute("moved", 1)])
        var third = records
        third.append((node("/c"), ""))
        let both = try changes(stream(third), stream(reversed))
        #expect(both.map { "\($0.action) \($0.kind)" } == ["removed node", "changed order"])
    }

    @Test func theLastNodeOfAPathCounts() throws {
        let nodes = { (values: [String]) in self.records.prefix(3) + values.map { (node("/a", $0), "") } }
        let (one, other) = (try stream(Array(nodes(["1", "2"]))), try stream(Array(nodes(["2", "1"]))))
        let found = try changes(one, other)
        #expect(
            found.map { "\($0.action) \($0.kind) \(ChangeLine.text($0.path ?? []))" } == [
                "changed node /a", "changed duplicate /a",
            ])
        let diff = try Diff(try Images.source(one, .v1), try Images.source(other, .v1))
        #expect(diff.repeatedPaths.old == 1 && diff.repeatedPaths.new == 1)
        // The earlier one goes: a daemon has the same as before.
        #expect(
            try changes(one, stream(Array(nodes(["2"])))).map { "\($0.action) \($0.kind)" } == ["removed duplicate"])
    }

    @Test func damagedSpansAreChanges() throws {
        let whole = try stream(records)
        var one = whole
        one.replaceSubrange(40..<60, with: Array(repeating: 0xFF, count: 20))
        var other = one
        other[45] = 0xEE
        func source(_ bytes: [UInt8]) -> ImageSource { ImageSource(name: "x", file: ScannedImage(salvaging: bytes)) }
        let found = try Diff(source(one), source(other)).changes
        #expect(found.map { "\($0.action) \($0.kind)" } == ["removed damage", "added damage"])
    }

    @Test func allChangesOfFormHaveNoPlaceInADiffOfOneDomain() throws {
        let image = try Images.source(stream(records, trailer: "junk"), .v1)
        let plain = try Images.source(stream(records), .v1)
        var domains = try DomainSelection(old: plain, new: image)
        _ = try domains.add(0)
        #expect(try Diff(plain, image, only: domains).changes.isEmpty)
    }

    /// The domain that a change is about, and a node's owner.
    @Test func aNodeHasAnOwnerAndConcernsADomain() throws {
        let found = try changes(
            stream(records), stream(records + [(node("/local/domain/3/memory/target", "1"), "")]))
        #expect(found.map(\.owner) == [0] && found.map(\.concernedDomid) == [3])
    }
}
