import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// Two images compared in every way in which they can be given: as files, archived in one chain and
/// in two, and one of each. All ways say the same, and what a plain comparison says.
@Suite struct DiffWaysTests {
    private struct Pair {
        let old: [UInt8]
        let new: [UInt8]
        let layout: Layout
    }

    /// Two images with paths that occur twice, bytes that no field explains, bytes after END, and
    /// records in another order.
    private func pair(_ seed: UInt64) throws -> Pair {
        let layout: Layout = seed % 2 == 0 ? .v1 : .v2
        let format = StreamFormat(layout: layout)
        var generator = StreamGenerator(seed: seed, format: format, oddity: seed % 3 == 0 ? 0 : 12)
        var bodies = generator.bodies(connections: 3, nodes: 14)
        for number in 0..<generator.random.below(4) {
            bodies.insert(
                node("/n\(number)", "\(generator.random.below(3))"), at: generator.random.below(bodies.count) + 1)
            bodies.append(node("/n\(generator.random.below(3))", "\(generator.random.below(3))"))
        }
        var mutations = Mutations(random: SeededGenerator(seed: seed))
        var changed = mutations.mutated(bodies, count: Int(seed % 9))
        if seed % 5 == 0 { changed.shuffle(using: &generator.random) }
        return Pair(old: try generator.encode(bodies), new: try generator.encode(changed), layout: layout)
    }

    private func archived(_ bytes: [UInt8], _ layout: Layout, in archive: Archive) throws -> ImageSource {
        let image = try ScannedImage(bytes: bytes, layout: layout)
        let id = try Importer(archive).store(image, label: ImageLabel(name: "test")).imageID
        return ImageSource(archive, try archive.image(id: id))
    }

    private func nodeChanges(_ archive: Archive, _ old: Int64, _ new: Int64) throws -> [String] {
        let rows = try archive.database.prepare(
            "SELECT change, path FROM node_changes WHERE before_id = \(old) AND after_id = \(new)")
        var lines: [String] = []
        while try rows.step() { lines.append("\(rows.string(0)) \(ChangeLine.text(rows.octets(1)))") }
        return lines.sorted()
    }

    private func id(_ image: ImageSource) throws -> Int64 {
        guard case .archive(_, let archived) = image.origin else { throw ArchiveError(.usage, "not archived") }
        return archived.imageID
    }

    /// Two images with the same records except for committed nodes, some of which change, go, come
    /// or move, also to a place among the other records.
    private func pairOfOneHost(_ seed: UInt64) throws -> Pair {
        let layout: Layout = seed % 2 == 0 ? .v1 : .v2
        var generator = StreamGenerator(
            seed: seed, format: StreamFormat(layout: layout), oddity: seed % 3 == 0 ? 0 : 12)
        let bodies = generator.bodies(connections: 3, nodes: 14)
        var changed = bodies
        for number in 0..<generator.random.below(5) {
            let places = changed.indices.filter {
                if case .node(let data) = changed[$0] { data.isCommitted } else { false }
            }
            guard !places.isEmpty, case .node(var data) = changed[places[generator.random.below(places.count)]] else {
                continue
            }
            let place = places.first { changed[$0] == .node(data) } ?? 0
            switch generator.random.below(4) {
            case 0: changed.remove(at: place)
            case 1: changed.insert(node("/new\(number)", "1"), at: generator.random.below(changed.count) + 1)
            case 2:
                data.value += [0x21]
                changed[place] = .node(data)
            default: changed.insert(changed.remove(at: place), at: generator.random.below(changed.count) + 1)
            }
        }
        return Pair(old: try generator.encode(bodies), new: try generator.encode(changed), layout: layout)
    }

    @Test func allWaysSayWhatThePlainComparisonSays() throws {
        var kinds: Set<String> = []
        for seed in UInt64(0)..<30 { try kinds.formUnion(kindsOfAllWays(pair(seed), seed)) }
        #expect(kinds.isSuperset(of: ["node", "perms", "duplicate", "residue", "trailer", "order"]), "\(kinds)")
    }

    @Test func allWaysSayWhatThePlainComparisonSaysIfOnlyNodesDiffer() throws {
        var kinds: Set<String> = []
        for seed in UInt64(0)..<40 { try kinds.formUnion(kindsOfAllWays(pairOfOneHost(seed), seed)) }
        #expect(kinds.isSuperset(of: ["node", "order"]), "\(kinds)")
    }

    /// Expects that all ways to compare a pair say what the plain comparison says.
    /// - Returns: the kinds of the changes.
    private func kindsOfAllWays(_ pair: Pair, _ seed: UInt64) throws -> Set<String> {
        var kinds: Set<String> = []
        let plain = PlainDiff(try PlainImage(pair.old, pair.layout), try PlainImage(pair.new, pair.layout)).lines
        let one = try Archive.inMemory()
        let (old, new) = (
            try archived(pair.old, pair.layout, in: one), try archived(pair.new, pair.layout, in: one)
        )
        let two = try Archive.inMemory()
        let other = try archived(pair.new, pair.layout, in: two)
        let files = (try Images.source(pair.old, pair.layout), try Images.source(pair.new, pair.layout))
        let ways: [(String, ImageSource, ImageSource)] = [
            ("files", files.0, files.1), ("one chain", old, new), ("two chains", old, other),
            ("a file and an archived image", files.0, new), ("an archived image and a file", old, files.1),
        ]
        for (name, left, right) in ways {
            let diff = try Diff(left, right)
            let lines = diff.lines.sorted()
            #expect(lines == plain, "seed \(seed), \(name)")
            // Only what is the same is called the same.
            if pair.old != pair.new { #expect(!diff.isIdentical, "seed \(seed), \(name)") }
            kinds.formUnion(diff.changes.map(\.kind.rawValue))
        }
        let committed = try Diff(old, new).changes.filter {
            [.node, .perms].contains($0.kind) && $0.identity.isEmpty
                && ($0.action != .changed || $0.differences.contains { ["value", "perms"].contains($0.name) })
        }.map { "\($0.action) \(ChangeLine.text($0.path ?? []))" }.sorted()
        #expect(try nodeChanges(one, id(old), id(new)) == committed, "seed \(seed)")
        return kinds
    }
}
