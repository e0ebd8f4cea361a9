import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// A stream that is read without checks, and two of them read in step, say what checked ones say.
@Suite struct UncheckedDiffTests {
    /// Two streams with some changes between them.
    private struct Pair {
        var old: [UInt8]
        var new: [UInt8]
        let format: StreamFormat
    }

    private func pair(_ seed: UInt64) throws -> Pair {
        var random = SeededGenerator(seed: seed)
        let format = StreamFormat.all[random.below(StreamFormat.all.count)]
        var generator = StreamGenerator(seed: random.next(), format: format, oddity: random.chance(30) ? 10 : 0)
        let bodies = generator.bodies(connections: 1 + random.below(4), nodes: random.below(120))
        var mutations = Mutations(random: random)
        var changed = mutations.mutated(bodies, count: [0, 1, 3, 12, 60][random.below(5)])
        switch random.below(8) {
        case 0: changed.shuffle(using: &random)
        // A guest that came, and one that went: records that are equal, but shifted.
        case 1, 2:
            let place = random.below(changed.count)
            let guest = (0..<random.below(40)).map { node("/local/domain/77/\($0)", "\(random.below(9))", "n77") }
            changed.insert(contentsOf: guest, at: place)
        case 3: changed.removeSubrange(changed.count / 3..<changed.count / 3 + random.below(changed.count / 2))
        case 4: changed = changed.map { $0.renumbered { $0 + 7 } }
        // A path that occurs again.
        case 5: changed.append(changed[random.below(changed.count)])
        default: break
        }
        return Pair(old: try generator.encode(bodies), new: try generator.encode(changed), format: format)
    }

    private func unchecked(_ bytes: [UInt8], _ layout: Layout?) throws -> ImageSource? {
        try UncheckedImage(bytes: bytes, layout: layout).map { ImageSource(name: "test", unchecked: $0) }
    }

    private func expectTheSame(_ pair: Pair, layout: Layout?, _ what: String) throws -> Bool {
        guard let left = try unchecked(pair.old, layout), let right = try unchecked(pair.new, layout) else {
            return false
        }
        let (old, new) = (try Images.source(pair.old, layout), try Images.source(pair.new, layout))
        let (plain, diff) = (try Diff(old, new), try Diff(left, right))
        #expect(diff.lines == plain.lines, "\(what)")
        #expect(diff.isIdentical == plain.isIdentical, "\(what)")
        #expect(diff.repeatedPaths == plain.repeatedPaths, "\(what)")
        #expect(diff.omissions == plain.omissions, "\(what)")
        #expect(try Diff(left, new).lines == plain.lines, "\(what), one of them checked")
        return true
    }

    @Test func twoStreamsReadInStepDifferAsTwoCheckedOnes() throws {
        for seed in UInt64(0)..<400 {
            let pair = try pair(seed)
            _ = try expectTheSame(pair, layout: pair.format.layout, "seed \(seed)")
        }
    }

    @Test func twoDamagedStreamsDifferAsTwoCheckedOnes() throws {
        var compared = 0
        for seed in UInt64(1000)..<1600 {
            var pair = try pair(seed)
            var mutator = Mutator(seed: seed)
            if seed % 3 != 0 { pair.old = mutator.mutate(pair.old, pair.format.byteOrder).bytes }
            if seed % 3 != 1 { pair.new = mutator.mutate(pair.new, pair.format.byteOrder).bytes }
            let errors = [pair.old, pair.new].map { bytes in
                let plain = error { _ = try ScannedImage(bytes: bytes) }
                let other = error { _ = try UncheckedImage(bytes: bytes) }
                // What does not begin like a stream is left to the checked reading.
                if Header.begins(bytes) { #expect(plain == other, "seed \(seed)") }
                return plain
            }
            if errors == [nil, nil], try expectTheSame(pair, layout: nil, "seed \(seed)") { compared += 1 }
        }
        #expect(compared > 100)
    }

    @Test func anUncheckedStreamSaysOfItselfWhatACheckedOneSays() throws {
        for seed in UInt64(2000)..<2200 {
            let bytes = try pair(seed).new
            let image = try ScannedImage(bytes: bytes)
            let other = try #require(try UncheckedImage(bytes: bytes))
            #expect(other.header == image.header && other.detection == image.detection, "seed \(seed)")
            #expect(other.coverage == image.coverage && other.trailer == image.trailer, "seed \(seed)")
            #expect(other.nodeCount == image.nodeCount, "seed \(seed)")
            #expect(other.verbatimCount == image.verbatimCount, "seed \(seed)")
            let (one, two) = (
                ImageSource(name: "test", file: image), ImageSource(name: "test", unchecked: other)
            )
            #expect(try Images.bodies(one) == Images.bodies(two), "seed \(seed)")
            #expect(one.sha256 == two.sha256, "seed \(seed)")
            #expect(try one.findings() == two.findings(), "seed \(seed)")
            for path in ["/", "/n1", "/p"] {
                var nodes: [[NodeData]] = [[], []]
                try one.forEachNode(atOrBelow: Octets(path.utf8)) { nodes[0].append($0) }
                try two.forEachNode(atOrBelow: Octets(path.utf8)) { nodes[1].append($0) }
                #expect(nodes[0] == nodes[1], "seed \(seed), \(path)")
            }
            var others: [[RecordBody]] = [[], []]
            try one.forEachRecordOutsideTree { others[0].append($0) }
            try two.forEachRecordOutsideTree { others[1].append($0) }
            #expect(others[0] == others[1], "seed \(seed)")
        }
    }

    @Test func realImagesReadInStepDifferAsCheckedOnes() throws {
        let names = [
            "xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin", "xen-4.17-seq-3.bin", "xen-4.17-small.bin",
            "xen-4.20-small.bin", "xen-4.22-small.bin", "xen-4.17-odd.bin", "xen-4.17-tx.bin",
        ]
        let images = names.map { Fixtures.bytes($0) }
        for (index, old) in images.enumerated() {
            for (other, new) in images.enumerated() {
                let pair = Pair(old: old, new: new, format: StreamFormat(layout: .v1))
                #expect(try expectTheSame(pair, layout: nil, "\(names[index]) and \(names[other])"))
            }
        }
    }

    /// Every way in which two images can be given, in both directions.
    @Test func theFirstDifferenceDecidesWhatAWholeComparisonDecides() throws {
        var counts = [0, 0]
        for seed in UInt64(3000)..<3200 {
            let pair = try pair(seed)
            let layout = pair.format.layout
            guard let left = try unchecked(pair.old, layout), let right = try unchecked(pair.new, layout) else {
                continue
            }
            var ways = [(left, right)]
            // Other byte orders and length rules are stored alike.
            if seed % 4 == 0 {
                let archive = try Archive.inMemory()
                let images = try [pair.old, pair.new].map { bytes in
                    let image = try ScannedImage(bytes: bytes, layout: layout)
                    let id = try Importer(archive).store(image, label: ImageLabel(name: "test")).imageID
                    return ImageSource(archive, try archive.image(id: id))
                }
                ways += [(images[0], images[1]), (left, images[1])]
            }
            for (old, new) in ways {
                let isDifferent = try !Diff(old, new).changes.isEmpty
                #expect(try Diff.haveDifferences(old, new) == isDifferent, "seed \(seed)")
                #expect(try Diff.haveDifferences(new, old) == isDifferent, "seed \(seed)")
                counts[isDifferent ? 1 : 0] += 1
            }
        }
        #expect(counts.allSatisfy { $0 > 20 }, "\(counts)")
    }

    private func error(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }
}
