import TestSupport
import Testing

/// `ls` and `cat` against what the real tools print.
@Suite struct ListingCommandTests {
    static let listings: [(image: String, suffix: String, options: [String])] =
        ["xen-4.17-tiny", "xen-4.17-small", "xen-4.17-odd"].flatMap { image in
            [("ls", []), ("ls-f", ["-f"]), ("ls-p", ["-p"]), ("ls-fp", ["-f", "-p"])].map { (image, $0.0, $0.1) }
        } + [("xen-4.17-seq-3", "ls-fp", ["-fp"])]

    @Test(arguments: listings) func aListingIsThatOfTheRealTool(_ image: String, _ suffix: String, _ options: [String])
    {
        let outcome = Workplace().run(["ls", Fixtures.path(image + ".bin")] + options)
        expectDone(outcome)
        expectBytes(outcome.output, Fixtures.bytes("listings/\(image).\(suffix).txt"))
    }

    @Test func anArchivedImageListsLikeItsFile() {
        expectDone(SharedArchive.run("ls", "@5", "-fp"))
        expectBytes(SharedArchive.run("ls", "@5", "-fp").output, Fixtures.bytes("listings/xen-4.17-odd.ls-fp.txt"))
        expectBytes(
            SharedArchive.run("ls", "@xen-4.17-small.bin").output, Fixtures.bytes("listings/xen-4.17-small.ls.txt"))
    }

    @Test func partsOfTheStoreAreListed() throws {
        var compared = 0
        for (command, output, status) in Self.recorded("xen-4.17-odd.ls-paths.txt")
        where command.first == "ls" && status == 0 {
            let outcome = SharedArchive.run(["ls", "@5"] + command.dropFirst())
            expectDone(outcome)
            expectBytes(outcome.output, output, "\(command)")
            compared += 1
        }
        #expect(compared >= 10)
    }

    @Test func valuesAreThoseOfTheRealTool() throws {
        var compared = 0
        for (command, output, status) in Self.recorded("xen-4.17-odd.reads.txt")
        where command.first == "read" && status == 0 {
            // -p, which names the path, has no counterpart.
            guard !command.contains("-p") else { continue }
            let outcome = SharedArchive.run(["cat", "@5"] + command.dropFirst())
            expectDone(outcome)
            expectBytes(outcome.output, output, "\(command)")
            compared += 1
        }
        #expect(compared >= 10)
    }

    /// What a file of recorded commands holds: the words of each command, its output, its exit status.
    private static func recorded(_ name: String) -> [(command: [String], output: [UInt8], status: Int)] {
        var results: [(command: [String], output: [UInt8], status: Int)] = []
        var rest = Fixtures.bytes("listings/" + name)[...]
        while rest.starts(with: Array("== ".utf8)), let end = rest.firstIndex(of: 0x0A) {
            let command = String(decoding: rest[rest.startIndex..<end].dropFirst(3), as: UTF8.self)
            rest = rest[(end + 1)...]
            // `rc` may follow an output without a newline at once.
            var output: [UInt8] = []
            while !rest.isEmpty {
                let lineEnd = rest.firstIndex(of: 0x0A) ?? rest.endIndex
                let line = rest[rest.startIndex..<lineEnd]
                rest = rest[min(lineEnd + 1, rest.endIndex)...]
                let isLast = rest.isEmpty || rest.starts(with: Array("== ".utf8))
                guard isLast, let status = Self.status(line) else {
                    output += line + [0x0A]
                    continue
                }
                output += line.dropLast(4)
                results.append((command.split(separator: " ").map(String.init), output, status))
                break
            }
        }
        return results
    }

    /// The status of a line that ends in `rc N`.
    private static func status(_ line: ArraySlice<UInt8>) -> Int? {
        let tail = String(decoding: line.suffix(4), as: UTF8.self)
        return tail.hasPrefix("rc ") ? Int(tail.dropFirst(3)) : nil
    }

    @Test(arguments: ["ls", "cat"]) func aNodeThatIsNotThereIsTrouble(_ command: String) {
        expectFailure(
            SharedArchive.run(command, "@2", "/no/such"), 2,
            "/no/such: the image has no such node; 'xsarchive ls' lists its nodes")
        expectFailure(
            SharedArchive.run(command, "@2", "no"), 2,
            "no: the image has no such node; 'xsarchive ls' lists its nodes")
    }

    @Test(arguments: ["ls", "cat"]) func aPathThatEndsInASlashIsWrongUsage(_ command: String) {
        expectFailure(
            SharedArchive.run(command, "@2", "/local/"), 64, "/local/: a path cannot end in a slash; remove it")
        expectFailure(SharedArchive.run(command, "@2", ""), 64, "the path is empty; use / for the root")
        #expect(SharedArchive.run(command, "@2", "/").ending == .exit(0))
    }

    @Test func aRelativePathCountsFromDomainZero() {
        let outcome = SharedArchive.run("cat", "@2", "name")
        expectDone(outcome)
        #expect(outcome.text == "Domain-0\n")
        #expect(SharedArchive.run("cat", "@2", "/local/domain/0/name").text == "Domain-0\n")
    }

    @Test func wrongUsageIsRefused() {
        expectUsage(SharedArchive.run("cat", "@2"), "Missing expected argument '<path>'")
        expectUsage(SharedArchive.run("ls"), "Missing expected argument '<image>'")
        expectUsage(SharedArchive.run("ls", "@2", "-x"), "Unknown option '-x'")
    }
}
