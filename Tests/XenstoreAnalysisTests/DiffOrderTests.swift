import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreStream

@Suite struct DiffOrderTests {
    /// At least one change of every kind that one layout allows.
    private let old: [RecordBody] = [
        .global(GlobalData(rwSocketFD: 3, secondFD: 6)),
        ring(1, of: 5, uniqueID: 70), watch(1, "/w", "t"), transaction(1, tx: 3),
        node("/"), node("/b", "1"), node("/d", "1"), node("/c", "1"), node("/ä", "1"),
        domain(5, ["nodes": 5]), .opaque(OpaqueData(type: RecordType(rawValue: 77), body: [1])),
    ]
    private let new: [RecordBody] = [
        .global(GlobalData(rwSocketFD: 4, secondFD: 6)),
        ring(1, of: 5, uniqueID: 71), watch(1, "/v", "t"), transaction(1, tx: 4),
        node("/"), node("/d", "1", "n1"), node("/c", "2"), node("/a"), node("/ä", "2"),
        domain(5, features: 1, ["nodes": 6]), .opaque(OpaqueData(type: RecordType(rawValue: 77), body: [2])),
    ]

    @Test func changesStandByKindAndNodesWithTheirPermissionsByPath() throws {
        let changes = try Diff(try Images.make(old, .v2), try Images.make(new, .v2)).changes
        #expect(
            changes.map { "\($0.kind) \($0.path.map(ChangeLine.text) ?? "-")" } == [
                "global -", "quota -", "domain -", "domain -", "connection -", "connection -", "watch /v", "watch /w",
                "transaction -", "transaction -", "node /a", "node /b", "node /c", "perms /d", "node /ä", "record -",
            ])
    }

    @Test func theOrderDoesNotDependOnTheOrderOfTheRecords() throws {
        let expected = try Diff(try Images.make(old), try Images.make(new)).lines
        #expect(expected.count > 10)
        for seed in UInt64(0)..<20 {
            var random = SeededGenerator(seed: seed)
            let diff = try Diff(
                try Images.make(old.shuffled(using: &random)), try Images.make(new.shuffled(using: &random)))
            // The order of the records itself is a change.
            #expect(diff.lines.filter { !$0.hasPrefix("changed order") } == expected, "seed \(seed)")
        }
    }
}
