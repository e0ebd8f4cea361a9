import TestSupport
import Testing

/// The command lines in which the last of two values once won.
@Suite struct RepeatedValueTests {
    @Test func everyExpectedValueOfVerifyMustHold() throws {
        let place = Workplace.withSharedImages()
        let object = try JSONText.object(place.run("verify", "--json").text)
        let digest = try #require(object["digest"] as? String)
        let head = try #require(object["custody_head"] as? String)
        expectDone(place.run("verify", "-q", "--expect", digest, "--expect", head))
        let zeros = "0000000000000000"
        for values in [[zeros, digest], [digest, zeros], [zeros, head]] {
            let outcome = place.run(["verify", "-q"] + values.flatMap { ["--expect", $0] })
            #expect(outcome.ending == .exit(2))
            #expect(outcome.text.contains("begins with \(zeros)"))
        }
        let both = place.run("verify", "--json", "--expect", zeros, "--expect", digest)
        #expect(try JSONText.object(both.text)["as_expected"] as? Bool == false)
    }

    @Test func pathsAndKindsOfADiffAddUp() {
        func lines(_ arguments: String...) -> [String] {
            SharedArchive.run(["diff", "@3", "@4", "--name-status"] + arguments).lines
        }
        let third = lines("--path", "/local/domain/3/*")
        let fifth = lines("--path", "/local/domain/5/*")
        #expect(!third.isEmpty && !fifth.isEmpty)
        #expect(
            Set(lines("--path", "/local/domain/3/*", "--path", "/local/domain/5/*")) == Set(third).union(fifth))
        let nodes = lines("--only", "node")
        let watches = lines("--only", "watch")
        #expect(!nodes.isEmpty && !watches.isEmpty)
        #expect(Set(lines("--only", "node", "--only", "watch")) == Set(nodes).union(watches))
        #expect(Set(lines("--only", "node,watch", "--only", "watch")) == Set(nodes).union(watches))
        expectUsage(SharedArchive.run("diff", "@3", "@4", "--only", "node", "--only", ""), "--only is empty")
    }

    @Test(arguments: [
        (["log", "--domain", "3", "--domain", "5"], "--domain"),
        (["access", "@3", "--domain", "3", "--domain", "5"], "--domain"),
        (["query", "dead_owner", "-i", "@1", "-i", "@2"], "-i"),
        (["log", "/", "--series", "a", "--series", "b"], "--series"),
    ]) func whatCanBeOnlyOneIsRefused(_ arguments: [String], _ option: String) {
        expectUsage(
            SharedArchive.run(arguments),
            "xsarchive: \(option) is given twice; give it once; see 'xsarchive help \(arguments[0])'")
    }

    @Test func aParameterIsGivenOnce() {
        for command in [["query", "domain_log"], ["sql", "SELECT :domid"]] {
            expectFailure(
                SharedArchive.run(command + ["-P", "domid=7", "-P", "domid=8"]), 64,
                "-P domid is given twice; give it once")
        }
        expectDone(SharedArchive.run("query", "path_history", "-P", "path=/", "-P", "series=main"))
    }

    @Test func seriesOfImagesAddUp() throws {
        let place = Workplace()
        for series in ["a", "b", "c"] {
            expectDone(place.run("import", "--series", series, Fixtures.path("xen-4.17-tiny.bin")))
        }
        let rows = try JSONText.lines(place.run("images", "--series", "a", "--series", "c", "--format", "jsonl"))
        #expect(rows.map { $0["series"] as? String } == ["a", "c"])
    }
}
