import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreStream

/// `Diff` compared with a second, simple implementation.
@Suite struct PlainDiffTests {
    static let realPairs: [(String, String)] = {
        let v1 = [
            "xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin", "xen-4.17-seq-3.bin", "xen-4.17-small.bin", "xen-4.17-tiny.bin",
            "xen-4.17-tx.bin", "xen-4.20-small.bin",
        ]
        let pairs = v1.indices.flatMap { old in v1[(old + 1)...].map { (v1[old], $0) } }
        return pairs + [
            ("xen-4.22-tiny.bin", "xen-4.22-small.bin"), ("xen-4.22-small.bin", "xen-4.22-tiny.bin"),
            ("xen-4.20-small.bin", "xen-4.22-small.bin"), ("xen-4.22-tiny.bin", "xen-4.17-tiny.bin"),
        ]
    }()

    private func expectSame(_ old: [UInt8], _ new: [UInt8], _ layouts: (Layout, Layout), _ what: String) throws -> Int {
        let diff = try Diff(try Images.source(old, layouts.0), try Images.source(new, layouts.1))
        let plain = PlainDiff(try PlainImage(old, layouts.0), try PlainImage(new, layouts.1))
        let lines = diff.lines.sorted()
        if lines != plain.lines {
            let (mine, theirs) = (Set(plain.lines), Set(lines))
            let (onlyMine, onlyTheirs) = (mine.subtracting(theirs).sorted(), theirs.subtracting(mine).sorted())
            Issue.record("\(what): only in Diff: \(onlyTheirs); only in the plain one: \(onlyMine)")
        }
        return lines.count
    }

    @Test(arguments: realPairs) func realImagesDifferAsThePlainComparisonSays(_ old: String, _ new: String) throws {
        func layout(_ name: String) -> Layout { name.contains("4.22") ? .v2 : .v1 }
        let count = try expectSame(
            Fixtures.bytes(old), Fixtures.bytes(new), (layout(old), layout(new)), "\(old) to \(new)")
        #expect(count > 0)
    }

    @Test(arguments: Layout.streams) func generatedImagesDifferAsThePlainComparisonSays(_ layout: Layout) throws {
        let format = StreamFormat(layout: layout)
        var total = 0
        for seed in UInt64(0)..<150 {
            var generator = StreamGenerator(
                seed: seed, format: format, oddity: seed % 3 == 0 && layout != .draft ? 10 : 0)
            let bodies = generator.bodies(connections: 6, nodes: 12)
            var mutations = Mutations(random: SeededGenerator(seed: seed))
            let mutated = mutations.mutated(bodies, count: Int(seed % 13))
            let old = try Images.encode(bodies, format)
            let new = try Images.encode(mutated, format)
            total += try expectSame(old, new, (layout, layout), "\(layout), seed \(seed)")
        }
        #expect(total > 300)
    }
}
