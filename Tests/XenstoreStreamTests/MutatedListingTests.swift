import TestSupport
import Testing

@testable import XenstoreStream

/// A thousand listings that were wrapped, quoted, cut, put after prompts and joined, against the
/// stream that they come from.
@Suite struct MutatedListingTests {
    private static let names = ["ls-fp", "ls-f", "ls", "ls-p"]
    private let host: HostNodes
    private let listings: [[String]]

    init() throws {
        host = try HostNodes()
        listings = Self.names.map { name in
            String(decoding: Fixtures.bytes("listings/xen-4.17-small.\(name).txt"), as: UTF8.self)
                .split(separator: "\n").map(String.init)
        }
    }

    /// A listing of some first nodes of the host, and how many there are.
    private func listing(_ mutator: inout ListingMutator) -> (lines: [String], nodes: Int) {
        let index = mutator.random.below(listings.count)
        let count = 20 + mutator.random.below(70)
        mutator.note("\(Self.names[index]), \(count) nodes")
        var lines = Array(listings[index].prefix(count))
        if mutator.random.chance(40) { lines = mutator.wrapped(lines) }
        if mutator.random.chance(40) {
            mutator.note("after a prompt")
            let options = ["-f -p", "-f", "", "-p"][index]
            lines = [mutator.prompt() + "xenstore-ls " + options] + lines
            if mutator.random.chance(50) { lines += [mutator.prompt()] }
        }
        return (lines, count)
    }

    @Test func aThousandMutationsAreReadRightOrRefusedWithALine() throws {
        var (whole, all) = (0, 0)
        for seed in UInt64(0)..<1000 {
            var mutator = ListingMutator(seed: seed)
            var (lines, count) = listing(&mutator)
            var counts = [count]
            if mutator.random.chance(15) {
                mutator.note("joined with another")
                let second = listing(&mutator)
                lines += second.lines
                counts.append(second.nodes)
            }
            if mutator.random.chance(20) { lines = mutator.fenced(lines) }
            if mutator.random.chance(25) { lines = mutator.quoted(lines) }
            if mutator.random.chance(20) { lines = mutator.indented(lines) }
            var text = mutator.encoded(lines)
            let isCut = mutator.random.chance(15)
            if isCut {
                mutator.note("cut")
                text = Array(text.prefix(1 + mutator.random.below(text.count)))
            }
            let found = try PastedListingTests.read(text)
            let context = "seed \(seed): \(mutator.steps.joined(separator: ", "))"
            var problems = 0
            for (image, nodes) in found {
                let layout = try #require(ListingPart.all(in: image.text).first?.layout, "\(context)")
                for node in nodes where !host.agrees(node, layout) {
                    Issue.record("\(context): \(Escape.short(node.path.octets)) = \(Escape.short(node.value))")
                }
                problems += image.remarks.count { $0.rule == .unknownLine }
            }
            let read = found.map(\.nodes.count)
            if !isCut {
                all += 1
                if read == counts { whole += 1 }
                // Whatever is missing is said.
                #expect(
                    found.isEmpty || problems + read.reduce(0, +) >= counts.reduce(0, +),
                    "\(context): \(read) of \(counts)")
            }
        }
        print("\(whole) of \(all) mutations that are not cut are read whole")
        #expect(20 * whole >= 19 * all)
    }
}
