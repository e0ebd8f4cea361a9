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
        let count = 15 + mutator.random.below(45)
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
                problems += image.starts.count - 1 - nodes.count
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

    /// Whatever the bytes are, the parts cover them, and each comes out as it is.
    @Test func anyBytesComeBack() throws {
        let pastes = PastedListingTests.pastes.filter { !$0.name.hasPrefix("real/") }
        for seed in UInt64(0)..<600 {
            var random = SeededGenerator(seed: seed)
            var text = Fixtures.bytes("pastes/" + pastes[random.below(pastes.count)].name)
            for _ in 0..<(1 + random.below(12)) {
                let place = random.below(text.count)
                switch random.below(5) {
                case 0: text[place] = UInt8(random.below(256))
                case 1: text.remove(at: place)
                case 2: text.insert(Array("\n\r \t\"=>(,)/\\\0\u{FE}".utf8)[random.below(15)], at: place)
                case 3: text.removeSubrange(place..<min(text.count, place + random.below(80)))
                default:
                    text.insert(contentsOf: text[place..<min(place + 60, text.count)], at: random.below(text.count))
                }
                if text.isEmpty { text = [0x0A] }
            }
            let found = try PastedListingTests.read(text)
            #expect(found.isEmpty || found.flatMap(\.image.text) == text, "seed \(seed)")
            for layout in [Layout.listing, .tree, .pairs] {
                _ = try PastedListingTests.nodes(try TextImage(text, layout: layout), layout)
            }
        }
    }

    /// The time for a text must not grow with the square of its size, whatever is in it.
    @Test(arguments: [
        "/a = \"x\n", "/aaa\n", "/a = \"x\nprose (\n", "/a = \"\"\nprose\n", "a = \"\"\n\n", "/a =\n",
        " /a = \"x\n y)\n",
        "xenstore-ls `a b c\n", "> > > /a = \"\"   (n0,\n", "a:\n", "/a = \"\"   (n0)\n#\n",
    ])
    func aHostileTextIsReadInOneGo(_ line: String) throws {
        let text = Array(String(repeating: line, count: 4000).utf8)
        #expect(try PastedListingTests.nodes(try TextImage(text, layout: .listing), .listing).count <= 4000)
        _ = ListingPart.all(in: text)
    }
}
