import TestSupport
import Testing
import XenstoreAnalysis
import XenstoreArchive
import XenstoreStream

/// What `Listing` prints held against what the real tools print.
@Suite struct ListingTests {
    static let folder = Fixtures.path("listings")
    static let wholeTrees = Files.list(folder).filter { options(ofWholeTree: $0) != nil }

    /// The options of a file's listing; nil if it is not a listing of a whole tree.
    static func options(ofWholeTree name: String) -> Listing? {
        if name.hasSuffix(".ls.txt") { return Listing() }
        if name.hasSuffix(".ls-f.txt") { return Listing(showsPaths: true) }
        if name.hasSuffix(".ls-p.txt") { return Listing(showsPerms: true) }
        if name.hasSuffix(".ls-fp.txt") { return Listing(showsPaths: true, showsPerms: true) }
        return nil
    }

    private func tree(_ listing: String) throws -> NodeTree {
        let image = listing.split(separator: ".").dropLast(2).joined(separator: ".")
        return try NodeTree(try Images.fixture(image + ".bin"))
    }

    private func list(_ tree: NodeTree, _ listing: Listing, _ path: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try listing.list(tree, path: Octets(path.utf8)) { bytes += $0 }
        return bytes
    }

    /// The first line that differs, to keep a failure short.
    private func expectSame(_ output: [UInt8], _ expected: [UInt8], _ what: String) {
        guard output != expected else { return }
        let (left, right) = (lines(output), lines(expected))
        let first =
            zip(left, right).first { $0 != $1 }.map { "'\($0)' is not '\($1)'" }
            ?? "\(left.count) lines, not \(right.count)"
        Issue.record("\(what): \(first)")
    }

    private func lines(_ bytes: [UInt8]) -> [String] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func everyListingIsCovered() {
        let names = Files.list(Self.folder)
        #expect(names.count >= 15)
        let others = names.filter { Self.options(ofWholeTree: $0) == nil }
        #expect(others == ["xen-4.17-odd.ls-paths.txt", "xen-4.17-odd.reads.txt"])
    }

    @Test(arguments: wholeTrees) func wholeTreesAreListedAsTheToolDoes(_ name: String) throws {
        let listing = try #require(Self.options(ofWholeTree: name))
        let expected = Files.read(Self.folder + "/" + name)
        expectSame(try list(try tree(name), listing, "/"), expected, name)
    }

    @Test func pathsAreListedAsTheToolDoes() throws {
        let tree = try tree("xen-4.17-odd.ls-paths.txt")
        let runs = try runs("xen-4.17-odd.ls-paths.txt")
        #expect(runs.count == 24)
        for run in runs {
            let listing = Listing(showsPaths: run.options.contains("-f"), showsPerms: run.options.contains("-p"))
            #expect(run.status == 0)
            expectSame(try list(tree, listing, run.path), run.output, "ls \(run.options) \(run.path)")
        }
    }

    // `read -p` prints the path before the value; `Listing` has no such form, so those runs are
    // left out.
    @Test func valuesAreReadAsTheToolDoes() throws {
        let tree = try tree("xen-4.17-odd.reads.txt")
        var (values, missing) = (0, 0)
        for run in try runs("xen-4.17-odd.reads.txt") where !run.options.contains("-p") {
            guard run.status == 0 else {
                missing += 1
                #expect("\(run.path)") { try Listing.find(tree, Octets(run.path.utf8)) } throws: {
                    ($0 as? ArchiveError)?.code == .noSuchNode
                }
                continue
            }
            values += 1
            let path = Octets(run.path.utf8)
            let output =
                run.options == ["-R"] ? Array(try Listing.find(tree, path).value) : try Listing.value(tree, path: path)
            expectSame(output, run.output, "read \(run.options) \(run.path)")
        }
        #expect(values >= 20)
        #expect(missing >= 2)
    }

    private struct Run {
        let options: [String]
        let path: String
        let output: [UInt8]
        let status: Int
    }

    /// Reads `== COMMAND OPTIONS PATH`, the output, and `rc STATUS`; an output without a newline
    /// has `rc` in its last line.
    private func runs(_ name: String) throws -> [Run] {
        var runs: [Run] = []
        var words: [String]?
        var output: [UInt8] = []
        for line in Files.read(Self.folder + "/" + name).split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.starts(with: Array("== ".utf8)) {
                #expect(words == nil, "\(name): a command without rc")
                words = String(decoding: line, as: UTF8.self).split(separator: " ").dropFirst(2).map(String.init)
                output = []
            } else if let command = words, line.count >= 4, line.dropLast().suffix(3).elementsEqual("rc ".utf8),
                let digit = line.last
            {
                output += line.dropLast(4)
                runs.append(
                    Run(
                        options: command.dropLast(), path: try #require(command.last), output: output,
                        status: Int(digit) - 0x30))
                words = nil
            } else if words != nil {
                output += line + [0x0A]
            }
        }
        return runs
    }

    @Test func pathsAreTakenAsTheToolsTakeThem() throws {
        let tree = try NodeTree(
            try Images.make([
                node("/"), node("/local"), node("/local/domain"), node("/local/domain/0"),
                node("/local/domain/0/name", "dom0"),
                node("@releaseDomain", "special"),
            ]))
        #expect(try Listing.value(tree, path: Octets("name".utf8)) == Array("dom0\n".utf8))
        #expect(try Listing.value(tree, path: Octets("/local/domain/0/name".utf8)) == Array("dom0\n".utf8))
        #expect(try Listing.value(tree, path: Octets("@releaseDomain".utf8)) == Array("special\n".utf8))
        for path in ["", "/local/", "name/", "//"] {
            #expect("'\(path)'") { try Listing.find(tree, Octets(path.utf8)) } throws: {
                ($0 as? ArchiveError)?.code == .usage
            }
        }
        for path in ["/name", "local", "/local//domain"] {
            #expect("'\(path)'") { try Listing.find(tree, Octets(path.utf8)) } throws: {
                ($0 as? ArchiveError)?.code == .noSuchNode
            }
        }
    }

    @Test func aNarrowTerminalCutsValuesOff() throws {
        let tree = try NodeTree(
            try Images.make([node("/"), node("/abc", "0123456789"), node("/abcdefghijklmnopqrstuvwxyz", "1")]))
        let output = try list(tree, Listing(width: 20), "/")
        #expect(String(decoding: output, as: UTF8.self) == "abc = \"012345678\\...\"\nabcdefghijkl = \"\\...\"\n")
    }
}
