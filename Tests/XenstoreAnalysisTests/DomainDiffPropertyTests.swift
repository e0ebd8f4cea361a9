import Foundation
import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// A guest of a real image under a domid that the image does not have.
@Suite struct DomainDiffPropertyTests {
    private static let names = Fixtures.cleanNames
    private static let unused: UInt16 = 4321

    /// The image with another domid for one domain, by text substitution.
    private struct Renaming {
        private let old: UInt16
        private let new: UInt16
        private let paths: [NSRegularExpression]
        private let watches: [NSRegularExpression]
        private let values: [NSRegularExpression]

        init(old: UInt16, new: UInt16) throws {
            func expressions(_ patterns: [String]) throws -> [NSRegularExpression] {
                try patterns.map { try NSRegularExpression(pattern: $0.replacing("@", with: String(old))) }
            }
            (self.old, self.new) = (old, new)
            paths = try expressions([
                "^(/local/domain/)@(?=/|$)", "^(/local/domain/[^/]*/backend/[^/]*/)@(?=/|$)",
                "^(/local/domain/[^/]*/device-model/)@(?=/|$)", "^(/libxl/)@(?=/|$)",
            ])
            watches = paths + (try expressions(["^(backend/[^/]*/)@(?=/|$)", "^(device-model/)@(?=/|$)"]))
            values = paths + (try expressions(["^()@$"]))
        }

        private func text(_ octets: Octets, _ expressions: [NSRegularExpression]) -> Octets {
            guard var text = octets.utf8Text, text.contains(String(old)) else { return octets }
            for expression in expressions {
                let whole = NSRange(text.startIndex..., in: text)
                text = expression.stringByReplacingMatches(in: text, range: whole, withTemplate: "$1\(new)")
            }
            return Octets(text.utf8)
        }

        private func isDomid(_ path: Octets) -> Bool {
            let names = ["domid", "target", "frontend-id", "backend-id", "device-model-domid"]
            return names.contains { path.suffix($0.utf8.count + 1).elementsEqual("/\($0)".utf8) }
        }

        func domid(_ domid: UInt16) -> UInt16 {
            domid == old ? new : domid
        }

        func path(_ path: Octets) -> Octets {
            text(path, paths)
        }

        func callAsFunction(_ body: RecordBody) -> RecordBody {
            switch body {
            case .connection(var data) where data.kind == .ring:
                (data.domid, data.tdomid) = (domid(data.domid), domid(data.tdomid))
                return .connection(data)
            case .watch(var data):
                data.wpath.octets = text(data.wpath.octets, watches)
                return .watch(data)
            case .watchExtended(var data):
                data.wpath.octets = text(data.wpath.octets, watches)
                return .watchExtended(data)
            case .domain(var data):
                data.domid = domid(data.domid)
                return .domain(data)
            case .node(var data):
                data.value = text(data.value, isDomid(data.path.octets) ? values : paths)
                data.path.octets = path(data.path.octets)
                for index in data.perms.indices where !data.perms[index].isStale {
                    data.perms[index].domid = domid(data.perms[index].domid)
                }
                return .node(data)
            default: return body
            }
        }
    }

    private func guests(_ bodies: [RecordBody]) -> [UInt16] {
        bodies.compactMap { if case .connection(let data) = $0, data.kind == .ring { data.domid } else { nil } }
            .filter { $0 != 0 }.sorted()
    }

    private func diff(_ old: ImageSource, _ new: ImageSource, _ pair: DomainPair) throws -> Diff {
        var domains = try DomainSelection(old: old, new: new)
        try domains.add(pair)
        return try Diff(old, new, only: domains)
    }

    @Test(arguments: names) func anImageWithAnotherDomidDoesNotDiffer(_ name: String) throws {
        let image = try Images.fixture(name)
        let bodies = try Images.bodies(image)
        let all = guests(bodies)
        for domid in Set(all.prefix(2) + all.suffix(1)) {
            let renaming = try Renaming(old: domid, new: Self.unused)
            let other = try Images.source(try Images.encode(bodies.map { renaming($0) }, image.format))
            #expect(try diff(image, other, DomainPair(old: domid, new: Self.unused)).lines == [], "domain \(domid)")
            #expect(try diff(other, image, DomainPair(old: Self.unused, new: domid)).lines == [], "domain \(domid)")
            #expect(try diff(image, other, DomainPair(old: domid, new: domid == 1 ? 0 : 1)).lines != [])
        }
    }

    /// What changes for a guest does not depend on its domid.
    @Test(arguments: [
        ("xen-4.17-seq-1.bin", "xen-4.17-seq-2.bin"), ("xen-4.17-seq-2.bin", "xen-4.17-seq-3.bin"),
        ("xen-4.20-small.bin", "xen-4.22-small.bin"),
    ]) func aGuestChangesAsItDoesUnderOneDomid(_ old: String, _ new: String) throws {
        let (left, right) = (try Images.fixture(old), try Images.fixture(new))
        let bodies = try Images.bodies(right)
        let shared = Set(guests(try Images.bodies(left))).intersection(guests(bodies)).sorted()
        #expect(!shared.isEmpty)
        for domid in shared {
            let renaming = try Renaming(old: domid, new: Self.unused)
            let renamed = try Images.source(try Images.encode(bodies.map { renaming($0) }, right.format))
            func lines(_ diff: Diff, _ path: (Octets) -> Octets) -> [String] {
                diff.changes.map { change in
                    let names = change.differences.map(\.name).joined(separator: " ")
                    let place = change.path.map { ChangeLine.text(path($0)) } ?? ""
                    return "\(change.action) \(change.kind) \(place) \(names)"
                }.sorted()
            }
            let expected = lines(try diff(left, right, DomainPair(old: domid, new: domid)), renaming.path)
            let found = lines(try diff(left, renamed, DomainPair(old: domid, new: Self.unused)), renaming.path)
            #expect(found == expected, "domain \(domid) from \(old) to \(new)")
        }
    }

    @Test func oneChangeOfARenamedGuestIsFound() throws {
        let image = try Images.fixture("xen-4.17-small.bin")
        let bodies = try Images.bodies(image)
        let withHome = guests(bodies).filter { domid in
            bodies.contains { $0.path?.starts(with: "/local/domain/\(domid)/".utf8) ?? false }
        }
        for seed in UInt64(0)..<10 {
            var random = SeededGenerator(seed: seed)
            let domid = try #require(withHome.randomElement(using: &random))
            var renamed = bodies.map(try Renaming(old: domid, new: Self.unused).callAsFunction)
            let home = Octets("/local/domain/\(Self.unused)/".utf8)
            let places = renamed.indices.filter { renamed[$0].path?.starts(with: home) ?? false }
            let place = try #require(places.randomElement(using: &random))
            if case .node(var data) = renamed[place] {
                data.value += [0x21]
                renamed[place] = .node(data)
            } else {
                renamed.remove(at: place)
            }
            let other = try Images.source(try Images.encode(renamed, image.format))
            let changes = try diff(image, other, DomainPair(old: domid, new: Self.unused)).changes
            #expect(changes.count == 1, "seed \(seed)")
        }
    }
}
