import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Two images of different layouts: only what both can hold is compared.
@Suite struct DiffLayoutTests {
    private let records: [RecordBody] = [
        .global(GlobalData(rwSocketFD: 3, secondFD: 6)), ring(1, of: 5, target: 6), socket(2, descriptor: 9),
        watch(1, "/a", "t"),
        transaction(1, tx: 3), node("/", ""), node("/a", "1", "n5,r0"), pendingNode(1, tx: 3, "/p", "x"),
    ]

    @Test func theSameRecordsDifferInTheHeaderAlone() throws {
        for (old, new) in [(Layout.draft, Layout.v1), (.v1, .draft), (.draft, .v2), (.v1, .v2), (.v2, .v1)] {
            let diff = try Diff(try Images.make(records, old), try Images.make(records, new))
            #expect(diff.changes.map(\.kind) == [.header], "\(old) to \(new)")
            #expect(diff.changes.first?.action == .changed)
            let names = diff.changes.first?.differences.map(\.name)
            #expect(names == (old == .v2 || new == .v2 ? ["version", "layout"] : ["layout"]), "\(old) to \(new)")
            #expect(diff.changes.first?.differences.last?.old == .text(old.rawValue))
            #expect(diff.changes.first?.differences.last?.new == .text(new.rawValue))
        }
    }

    @Test func whatBothLayoutsCanSayIsCompared() throws {
        for (index, other) in [
            (0, RecordBody.global(GlobalData(rwSocketFD: 4, secondFD: 6))), (1, ring(1, of: 5, target: 7)),
            (2, socket(2, descriptor: 10)),
            (3, watch(1, "/b", "t")), (4, transaction(1, tx: 4)), (6, node("/a", "2", "n5,r0")),
            (7, pendingNode(1, tx: 3, "/p", "y")),
        ] {
            var changed = records
            changed[index] = other
            let diff = try Diff(try Images.make(records, .draft), try Images.make(changed, .v1))
            #expect(diff.changes.count > 1, "record \(index)")
            #expect(
                diff.lines.dropFirst().allSatisfy { $0.contains("changed") } == [0, 1, 6, 7].contains(index),
                "record \(index)")
        }
    }

    @Test func theSameBytesReadWithAnotherLayoutAreNotIdentical() throws {
        let bytes = try Images.encode([.global(GlobalData(rwSocketFD: 3))], StreamFormat(layout: .v1))
        let diff = try Diff(try Images.source(bytes, .v1), try Images.source(bytes, .draft))
        #expect(!diff.isIdentical)
        #expect(diff.changes.map(\.kind) == [.header])
    }

    @Test func theByteOrderShowsInTheHeaderAlone() throws {
        let big = try Images.encode(records, StreamFormat(layout: .v1, byteOrder: .big))
        let diff = try Diff(try Images.make(records, .v1), try Images.source(big, .v1))
        #expect(diff.changes.map(\.kind) == [.header])
        #expect(diff.changes.first?.differences.map(\.name) == ["flags"])
    }

    @Test func anExtendedWatchIsTheSameWatch() throws {
        let old = [ring(1, of: 5), watch(1, "/a", "t")]
        let new = [ring(1, of: 5), deepWatch(1, "/a", "t", depth: 2)]
        let within = try Diff(try Images.make(old, .v2), try Images.make(new, .v2)).changes
        #expect(within.map(\.kind) == [.watch])
        #expect(within.first?.action == .changed)
        #expect(within.first?.differences.map(\.name) == ["depth"])
        #expect(try Diff(try Images.make(old, .v1), try Images.make(new, .v2)).changes.map(\.kind) == [.header])
    }

    @Test func accessIsComparedAcrossLayouts() throws {
        let deleted = records.dropLast() + [pendingNode(1, tx: 3, "/p", "x", access: 0)]
        let diff = try Diff(try Images.make(records, .draft), try Images.make(Array(deleted), .v1))
        #expect(diff.changes.map(\.kind) == [.header, .node])
        let back = try Diff(try Images.make(Array(deleted), .v1), try Images.make(records, .v2))
        #expect(back.changes.map(\.kind) == [.header, .node])
    }

    @Test func recordsThatADraftCannotHoldAreNoDifference() throws {
        let diff = try Diff(
            try Images.make(records + [domain(5, ["nodes": 5]), globalQuota(defaults: ["nodes": 9])], .v1),
            try Images.make(records, .draft))
        #expect(diff.changes.map(\.kind) == [.header])
    }
}
